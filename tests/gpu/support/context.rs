//! The device under test, and the same device with tiny limits.

use std::sync::OnceLock;

use wgconv::{Context, ContextOptions, DeviceLimits};

/// Whether shaders are compiled with run-time checks: `WGCONV_SHADER_CHECKS=on` or `off`, else as the build says.
fn options() -> ContextOptions {
    let checked = match std::env::var("WGCONV_SHADER_CHECKS").as_deref() {
        Ok("on") => true,
        Ok("off") => false,
        _ => ContextOptions::default().checked_shaders,
    };
    ContextOptions { checked_shaders: checked, ..ContextOptions::default() }
}

/// A context of the test's own, with its own device.
pub fn own_context() -> Context {
    Context::with_options_blocking(&options()).unwrap_or_else(|error| panic!("{error}"))
}

/// The context that all tests share.
pub fn context() -> &'static Context {
    static CONTEXT: OnceLock<Context> = OnceLock::new();
    CONTEXT.get_or_init(|| {
        let context = own_context();
        let info = context.adapter_info();
        eprintln!("tests run on {} ({}, {} {})", info.name, info.backend, info.driver, info.driver_info);
        context
    })
}

/// What a plan is made under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// The device's own limits.
    Device,
    /// One sample a chunk, grids of at most 6 x 6 x 6 workgroups, 19 loop iterations an invocation.
    Tiny,
}

impl Regime {
    pub const BOTH: [Regime; 2] = [Regime::Device, Regime::Tiny];

    /// The context for operands of which the largest that cannot be cut takes `bytes`.
    pub fn context(self, bytes: u64) -> Context {
        let base = context();
        if self == Regime::Device {
            return base.clone();
        }
        let mut limits: DeviceLimits = *base.limits();
        limits.max_workgroups_per_dimension = 6;
        limits.max_loop_iterations = 19;
        limits.max_storage_binding_bytes = bytes.next_multiple_of(4) + limits.storage_alignment;
        limits.fill_invocations = 200;
        // f16 as halves of words.
        limits.shader_f16 = false;
        base.with_limits(limits).unwrap()
    }
}
