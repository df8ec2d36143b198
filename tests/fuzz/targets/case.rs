//! The case grammar, and the plans of what it describes.

use std::hint::black_box;

use wgconv::case::Case;
use wgconv::{DeviceLimits, PlanOptions};

use crate::bounded::Target;

pub const TARGET: Target = Target { run, most_bytes };

/// That of one plan; a message repeats the text.
fn most_bytes(input: usize) -> usize {
    super::plan::MOST_BYTES + 64 * input
}

fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let case = match text.parse::<Case>() {
        Ok(case) => case,
        Err(error) => {
            assert!(text.is_char_boundary(error.position), "{error:?}");
            return drop(black_box(error.to_string()));
        }
    };
    assert_eq!(case.to_string().parse::<Case>().as_ref(), Ok(&case));
    let mut software = DeviceLimits::default();
    (software.is_software, software.subgroup_size, software.fill_invocations) = (true, 8, 2_048);
    for limits in [DeviceLimits::default(), software] {
        for pass in case.passes() {
            super::plan::check(&limits, &PlanOptions::default(), |options| {
                case.plan_spec(&limits, pass, case.takes_bias(pass), options)
            });
            black_box(case.plausible(&limits, pass).map_err(|error| error.to_string()).ok());
        }
    }
}
