//! Bad input: every mistake of a caller and every failure of a device is a typed error that says what was wrong, nothing
//! panics, and the context works afterwards. Needs an adapter; that there is none is a failure.

mod adapters;
mod below;
mod borrowed;
mod builders;
mod leaks;
mod limits;
mod lost;
mod memory;
mod operands;
mod pipelines;
mod record;
mod tensors;
mod threads;
mod tiny;

use std::sync::OnceLock;

use wgconv::{Context, Conv, Error, Result, Tensor};

/// The context that tests share unless they destroy it. Without an adapter it shows what a user would read.
pub fn context() -> &'static Context {
    static CONTEXT: OnceLock<Context> = OnceLock::new();
    CONTEXT.get_or_init(own_context)
}

/// A context of the test's own.
pub fn own_context() -> Context {
    Context::new_blocking().unwrap_or_else(|error| panic!("{error}"))
}

/// Shows that the context still computes.
pub fn assert_works(ctx: &Context) {
    let conv = Conv::<1>::new([2]).build().unwrap();
    let x = ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0]).unwrap();
    let w = ctx.tensor(&[1, 1, 2], &[10.0, 1.0]).unwrap();
    assert_eq!(conv.forward(ctx, &x, &w, None).unwrap().read_blocking().unwrap(), [12.0, 23.0]);
}

/// Zeros of this shape on the shared context.
pub fn zeros(shape: &[usize]) -> Tensor {
    context().zeros(shape).unwrap()
}

/// The error of a call that must fail.
pub fn error_of<T>(result: Result<T>) -> Error {
    match result {
        Ok(_) => panic!("the call should have failed"),
        Err(error) => error,
    }
}

/// Asserts that each call fails with an error of a pattern, and that the shared context works afterwards.
#[macro_export]
macro_rules! assert_errors {
    ($($call:expr => $pattern:pat),+ $(,)?) => {
        $({
            let error = $crate::error_of($call);
            assert!(matches!(error, $pattern), "{}: {error:?} is not {}", stringify!($call), stringify!($pattern));
        })+
    };
}
