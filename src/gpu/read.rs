//! Copying from the device to the host.

use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use super::context::Context;
#[cfg(not(target_arch = "wasm32"))]
use super::core::Core;
use super::scope::{guarded, refused};
use crate::error::Result;

/// A copy under way: a staging buffer whose mapping has been asked for.
pub(crate) struct PendingRead {
    context: Context,
    staging: wgpu::Buffer,
    state: Arc<Mutex<State>>,
}

/// What an error was in the middle of.
const MAPPING: &str = "map a buffer";

#[derive(Default)]
struct State {
    outcome: Option<Result<(), wgpu::BufferAsyncError>>,
    waker: Option<Waker>,
}

impl PendingRead {
    /// Submits the copy and asks for the mapping.
    pub(crate) fn start(context: &Context, source: &wgpu::Buffer, bytes: u64) -> Result<Self> {
        context.check_alive()?;
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        let staging = context.buffer("staging for a read", bytes, usage)?;
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        guarded(context.core(), "read a tensor", bytes, || {
            let mut encoder = context.device().create_command_encoder(&Default::default());
            encoder.copy_buffer_to_buffer(source, 0, &staging, 0, bytes);
            context.queue().submit([encoder.finish()]);
            staging.map_async(wgpu::MapMode::Read, .., move |outcome| {
                let waker = shared.lock().ok().and_then(|mut state| {
                    state.outcome = Some(outcome);
                    state.waker.take()
                });
                // Not under the lock: an executor may poll, and so take it, within the call.
                if let Some(waker) = waker {
                    waker.wake();
                }
            });
        })?;
        Ok(PendingRead { context: context.clone(), staging, state })
    }

    /// Waits without blocking.
    pub(crate) async fn finished(self) -> Result<Vec<u8>> {
        std::future::poll_fn(|cx| {
            // On native nobody else drives the device; in a browser the event loop does and this is a no-op.
            #[cfg(not(target_arch = "wasm32"))]
            if let Err(error) = poll(self.context.core(), wgpu::PollType::Poll) {
                return Poll::Ready(Err(error));
            }
            if let Some(outcome) = self.outcome(Some(cx.waker())) {
                return Poll::Ready(outcome);
            }
            #[cfg(not(target_arch = "wasm32"))]
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await?;
        self.bytes()
    }

    /// Waits, blocking this thread.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn wait(self) -> Result<Vec<u8>> {
        loop {
            if let Some(outcome) = self.outcome(None) {
                outcome?;
                return self.bytes();
            }
            poll(self.context.core(), wgpu::PollType::wait_indefinitely())?;
        }
    }

    fn outcome(&self, waker: Option<&Waker>) -> Option<Result<()>> {
        let Ok(mut state) = self.state.lock() else {
            return Some(Err(self.context.core().mark_lost("a callback panicked while the buffer was mapped")));
        };
        state.waker = waker.cloned();
        let core = self.context.core();
        // No memory to map into, or a device that is gone: only that is the end of the context.
        #[cfg(not(target_arch = "wasm32"))]
        let refused = |error: wgpu::BufferAsyncError| refused(core, MAPPING, error.to_string());
        // A browser's device cannot be asked whether it is gone, which is what mostly fails a mapping there.
        #[cfg(target_arch = "wasm32")]
        let refused = |error: wgpu::BufferAsyncError| core.mark_lost(&error.to_string());
        state.outcome.take().map(|outcome| outcome.map_err(refused))
    }

    fn bytes(&self) -> Result<Vec<u8>> {
        let view = self.staging.slice(..).get_mapped_range();
        let bytes = view.map_err(|error| refused(self.context.core(), MAPPING, error.to_string()))?.to_vec();
        self.staging.unmap();
        Ok(bytes)
    }
}

/// Drives the device. wgpu panics here when the device is lost, which must not take the host down.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn poll(core: &Core, how: wgpu::PollType) -> Result<()> {
    let device = core.device.clone();
    let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || device.poll(how)));
    match polled {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(crate::error::Error::Wgpu { during: "wait for the device", message: error.to_string() }),
        Err(_) => Err(core.mark_lost("the driver reported a lost device")),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::error::Error;

    fn finish(pending: PendingRead, blocking: bool) -> Result<Vec<u8>> {
        if blocking { pending.wait() } else { pollster::block_on(pending.finished()) }
    }

    #[test]
    fn a_mapping_that_fails_is_an_error_of_that_read_alone() {
        let context = Context::new_blocking().unwrap();
        let x = context.tensor(&[3], &[1.0, 2.0, 3.0]).unwrap();
        assert_eq!(x.read_blocking().unwrap(), [1.0, 2.0, 3.0]);
        let held = || {
            // What was dropped is given back with the next submission.
            context.queue().submit([]);
            poll(context.core(), wgpu::PollType::wait_indefinitely()).unwrap();
            context.device().generate_allocator_report().map(|report| report.total_allocated_bytes)
        };
        let before = held();
        let faults: [fn(&wgpu::Buffer); 2] = [wgpu::Buffer::destroy, wgpu::Buffer::unmap];
        for repetition in 0..1_000 {
            let pending = PendingRead::start(&context, x.buffer(), 12).unwrap();
            faults[repetition % 2](&pending.staging);
            let error = finish(pending, repetition % 4 < 2).unwrap_err();
            assert!(matches!(error, Error::Wgpu { during: MAPPING, .. }), "{error:?}");
        }
        assert_eq!(held(), before);
        assert_eq!(x.read_blocking().unwrap(), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn a_device_lost_between_copy_and_mapping_is_lost() {
        for blocking in [true, false] {
            let context = Context::new_blocking().unwrap();
            let x = context.tensor(&[3], &[1.0, 2.0, 3.0]).unwrap();
            let pending = PendingRead::start(&context, x.buffer(), 12).unwrap();
            context.device().destroy();
            match finish(pending, blocking) {
                // The copy may have been in time.
                Ok(bytes) => assert_eq!(bytes.len(), 12),
                Err(error) => assert!(matches!(error, Error::DeviceLost { .. }), "{error:?}"),
            }
            assert!(matches!(x.read_blocking(), Err(Error::DeviceLost { .. })));
        }
    }
}
