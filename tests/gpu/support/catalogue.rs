//! The library's catalogue of shapes, by operator, and cases from their text.

use wgconv::PoolKind;
use wgconv::case::{Case, ConvCase, PoolCase, catalogue};

/// The averages of the catalogue.
pub const AVERAGES: [PoolKind; 3] = [
    PoolKind::Average { count_include_pad: true, divisor: None },
    PoolKind::Average { count_include_pad: false, divisor: None },
    PoolKind::Average { count_include_pad: true, divisor: Some(5) },
];

/// A convolution from its text.
pub fn conv(text: &str) -> ConvCase {
    match text.parse().unwrap_or_else(|error| panic!("{error}")) {
        Case::Conv(case) => case,
        Case::Pool(_) => panic!("{text} is a pooling"),
    }
}

/// A pooling from its text.
pub fn pool(text: &str) -> PoolCase {
    match text.parse().unwrap_or_else(|error| panic!("{error}")) {
        Case::Pool(case) => case,
        Case::Conv(_) => panic!("{text} is a convolution"),
    }
}

/// Convolutions, with a name each.
pub fn convolutions() -> Vec<(&'static str, ConvCase)> {
    let convolution = |case: &Case| if let Case::Conv(case) = case { Some(case.clone()) } else { None };
    let cases: Vec<_> = catalogue().rows.iter().filter_map(|row| Some((row.name, convolution(&row.case)?))).collect();
    assert!(cases.len() >= 22);
    cases
}

/// Poolings of a kind, each in floor and in ceil mode, with a name each.
pub fn poolings(kind: PoolKind) -> Vec<(&'static str, PoolCase)> {
    let of_kind = |case: &Case| match case {
        Case::Pool(case) if case.kind == kind => Some(case.clone()),
        _ => None,
    };
    let cases: Vec<_> = catalogue().rows.iter().filter_map(|row| Some((row.name, of_kind(&row.case)?))).collect();
    assert!(cases.len() >= 20);
    cases
}

#[test]
fn same_as_old() {
    use super::{old_case, old_catalogue};
    use wgconv::case::CaseAxis;
    let axes = |w: &old_case::Window, x: &[usize]| -> Vec<CaseAxis> {
        (0..w.taps.len())
            .map(|d| CaseAxis {
                input: x[2 + d] as u32,
                taps: w.taps[d] as u32,
                stride: w.stride[d] as u32,
                dilation: w.dilation[d] as u32,
                low: w.low[d] as u32,
                high: w.high[d] as u32,
            })
            .collect()
    };
    let old = old_catalogue::convolutions();
    let new = convolutions();
    assert_eq!(old.len(), new.len());
    for ((name, old), (new_name, new)) in old.iter().zip(&new) {
        assert_eq!(name, new_name);
        assert_eq!(new.axes, axes(&old.window, &old.x), "{name}");
        assert_eq!((new.x_shape(), new.w_shape(), new.groups as usize), (old.x.clone(), old.w.clone(), old.groups));
        assert_eq!(new.problem(), old.problem());
    }
    for (old_kind, kind) in [
        (old_case::Kind::Max, PoolKind::Max),
        (old_case::Kind::AVERAGES[0], AVERAGES[0]),
        (old_case::Kind::AVERAGES[1], AVERAGES[1]),
        (old_case::Kind::AVERAGES[2], AVERAGES[2]),
    ] {
        let (old, new) = (old_catalogue::poolings(old_kind), poolings(kind));
        assert_eq!(old.len(), new.len());
        for ((name, old), (new_name, new)) in old.iter().zip(&new) {
            assert!(name.starts_with(new_name));
            assert_eq!(new.problem(), old.problem(), "{name}");
            assert_eq!(new.ceil_mode, old.ceil_mode);
        }
    }
}
