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
        // A mapping that we ask for rightly fails only when the device is gone.
        state.outcome.take().map(|outcome| outcome.map_err(|error| self.context.core().mark_lost(&error.to_string())))
    }

    fn bytes(&self) -> Result<Vec<u8>> {
        let view = self.staging.slice(..).get_mapped_range();
        let bytes = view.map_err(|error| refused(self.context.core(), "map a buffer", error.to_string()))?.to_vec();
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
