//! A device that somebody else owns: its error and lost handlers stay theirs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wgconv::wgpu::{self, BufferUsages};
use wgconv::{Context, ContextOptions, Conv, Error};

use crate::{assert_errors, assert_works};

/// What a host's handlers were told.
#[derive(Clone, Default)]
pub struct Heard {
    errors: Arc<AtomicUsize>,
    losses: Arc<AtomicUsize>,
}

impl Heard {
    pub fn count(&self) -> usize {
        self.errors.load(Ordering::SeqCst)
    }

    pub fn losses(&self) -> usize {
        self.losses.load(Ordering::SeqCst)
    }
}

/// A context on a device of this adapter that has handlers of its own.
fn on(adapter: &wgpu::Adapter) -> (Context, Heard) {
    let descriptor = wgpu::DeviceDescriptor { required_limits: adapter.limits(), ..Default::default() };
    let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).unwrap();
    let heard = Heard::default();
    let (errors, losses) = (heard.errors.clone(), heard.losses.clone());
    device.on_uncaptured_error(Arc::new(move |_| {
        errors.fetch_add(1, Ordering::SeqCst);
    }));
    device.set_device_lost_callback(move |_, _| {
        losses.fetch_add(1, Ordering::SeqCst);
    });
    (Context::from_wgpu(adapter, device, queue), heard)
}

fn adapter() -> wgpu::Adapter {
    Context::choose_adapter_blocking(&ContextOptions::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// A context on a borrowed device, and what the device's owner hears.
pub fn borrowed() -> (Context, Heard) {
    on(&adapter())
}

/// A context on a borrowed device that was asked for other limits than the adapter has, and for no feature.
pub fn with_limits(change: impl FnOnce(&mut wgpu::Limits)) -> Context {
    let adapter = adapter();
    let mut required_limits = adapter.limits();
    change(&mut required_limits);
    let descriptor = wgpu::DeviceDescriptor { required_limits, ..Default::default() };
    let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).unwrap();
    Context::from_wgpu(&adapter, device, queue)
}

/// Two devices that come from one instance of wgpu.
pub fn devices_of_one_adapter() -> [(Context, Heard); 2] {
    let adapter = adapter();
    [on(&adapter), on(&adapter)]
}

#[test]
fn our_errors_do_not_reach_the_hosts_handler() {
    let (ctx, heard) = borrowed();
    let x = ctx.tensor(&[1, 1, 3], &[1.0; 3]).unwrap();
    let w = ctx.tensor(&[1, 1, 2], &[1.0; 2]).unwrap();
    x.buffer().destroy();
    let conv = Conv::<1>::new([2]).build().unwrap();
    assert_errors! {
        conv.forward(&ctx, &x, &w, None) => Error::Wgpu { .. },
        x.read_blocking() => Error::Wgpu { .. },
    }
    assert_eq!(heard.count(), 0);
    assert_works(&ctx);
}

#[test]
fn the_hosts_own_errors_still_reach_its_handler() {
    let (ctx, heard) = borrowed();
    assert_works(&ctx);
    // Refused: MAP_READ goes only with COPY_DST.
    let usage = BufferUsages::MAP_READ | BufferUsages::INDEX;
    let wrong = wgpu::BufferDescriptor { label: None, size: 4, usage, mapped_at_creation: false };
    drop(ctx.device().create_buffer(&wrong));
    assert_eq!(heard.count(), 1);
    assert_works(&ctx);
}

#[test]
fn the_host_still_learns_that_its_device_is_lost() {
    let (ctx, heard) = borrowed();
    assert_works(&ctx);
    assert_eq!(heard.losses(), 0);
    ctx.device().destroy();
    ctx.device().poll(wgpu::PollType::wait_indefinitely()).unwrap();
    assert_eq!(heard.losses(), 1);
    assert_eq!(heard.count(), 0);
}
