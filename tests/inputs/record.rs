//! The encoder level: the caller's buffers, offsets and device.

use wgconv::wgpu::{Buffer, BufferBinding, BufferDescriptor, BufferSize, BufferUsages, CommandEncoder, Device};
use wgconv::{Bindings, Context, Conv, ConvShapes, Error, Operand, Pass, Plan, Result};

use crate::borrowed::devices_of_one_adapter;
use crate::{assert_errors, assert_works, context, own_context};

/// x of 70 and y of 68 elements.
const X_BYTES: u64 = 70 * 4;
const Y_BYTES: u64 = 68 * 4;

fn plan(ctx: &Context) -> std::sync::Arc<Plan> {
    let conv = Conv::<1>::new([3]).build().unwrap();
    conv.plan(ctx, Pass::Forward, ConvShapes::new(&[1, 1, 70], &[1, 1, 3])).unwrap()
}

fn buffer_with(device: &Device, size: u64, usage: BufferUsages) -> Buffer {
    device.create_buffer(&BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
}

fn buffer(device: &Device, size: u64) -> Buffer {
    buffer_with(device, size, BufferUsages::STORAGE | BufferUsages::COPY_SRC)
}

fn at(buffer: &Buffer, offset: u64) -> BufferBinding<'_> {
    BufferBinding { buffer, offset, size: None }
}

/// Good buffers, of which a test spoils one.
struct Buffers {
    x: Buffer,
    w: Buffer,
    y: Buffer,
}

impl Buffers {
    fn new(device: &Device) -> Buffers {
        Buffers { x: buffer(device, X_BYTES), w: buffer(device, 12), y: buffer(device, Y_BYTES) }
    }

    fn bindings(&self) -> Bindings<'_> {
        Bindings::new()
            .bind(Operand::X, at(&self.x, 0))
            .bind(Operand::W, at(&self.w, 0))
            .bind(Operand::Y, at(&self.y, 0))
    }
}

/// Records into a pass of the context's device; what was recorded is thrown away.
fn record(ctx: &Context, bindings: &Bindings<'_>) -> Result<()> {
    let mut encoder = ctx.device().create_command_encoder(&Default::default());
    let mut pass = encoder.begin_compute_pass(&Default::default());
    plan(ctx).record(&mut pass, bindings)
}

#[test]
fn operands_that_are_missing_or_too_many() {
    let ctx = context();
    let own = Buffers::new(ctx.device());
    let (x, w) = (at(&own.x, 0), at(&own.w, 0));
    assert!(record(ctx, &own.bindings()).is_ok());
    assert_errors! {
        record(ctx, &Bindings::new()) => Error::MissingBinding { operand: Operand::X },
        record(ctx, &Bindings::new().bind(Operand::X, x.clone()).bind(Operand::W, w)) => Error::MissingBinding { operand: Operand::Y },
        record(ctx, &own.bindings().bind(Operand::B, x.clone())) => Error::UnexpectedBinding { operand: Operand::B },
        record(ctx, &own.bindings().bind(Operand::Workspace, x)) => Error::UnexpectedBinding { operand: Operand::Workspace },
    }
    assert_works(ctx);
}

#[test]
fn buffers_that_are_too_small() {
    let ctx = context();
    let own = Buffers::new(ctx.device());
    let alignment = ctx.limits().storage_alignment;
    let far = u64::MAX / alignment * alignment;
    let small = buffer(ctx.device(), X_BYTES - 4);
    let sized = |size| BufferBinding { buffer: &own.x, offset: 0, size: BufferSize::new(size) };
    let x = |binding| record(ctx, &own.bindings().bind(Operand::X, binding));
    assert!(x(sized(X_BYTES)).is_ok());
    assert_errors! {
        x(at(&small, 0)) => Error::BufferTooSmall { operand: Operand::X, needed: X_BYTES, offset: 0, .. },
        x(at(&own.x, alignment)) => Error::BufferTooSmall { operand: Operand::X, .. },
        x(at(&own.x, 1024)) => Error::BufferTooSmall { available: 0, .. },
        x(at(&own.x, far)) => Error::BufferTooSmall { available: 0, .. },
        x(sized(X_BYTES - 4)) => Error::BufferTooSmall { .. },
        x(sized(X_BYTES + 4)) => Error::BufferTooSmall { .. },
    }
    assert_works(ctx);
}

#[test]
fn offsets_and_usages_that_a_binding_cannot_have() {
    let ctx = context();
    let own = Buffers::new(ctx.device());
    let large = buffer(ctx.device(), 4096);
    let copy_only = buffer_with(ctx.device(), 4096, BufferUsages::COPY_DST);
    let y = |binding| record(ctx, &own.bindings().bind(Operand::Y, binding));
    assert!(y(at(&large, ctx.limits().storage_alignment)).is_ok());
    assert_errors! {
        y(at(&large, 1)) => Error::MisalignedOffset { operand: Operand::Y, offset: 1, .. },
        y(at(&large, ctx.limits().storage_alignment + 2)) => Error::MisalignedOffset { .. },
        y(at(&copy_only, 0)) => Error::MissingUsage { operand: Operand::Y, .. },
    }
    let message = crate::error_of(y(at(&copy_only, 0))).to_string();
    assert!(["y has usage", "COPY_DST", "STORAGE"].iter().all(|part| message.contains(part)), "{message}");
    assert_works(ctx);
}

#[test]
fn an_output_in_the_buffer_of_an_input() {
    let ctx = context();
    let own = Buffers::new(ctx.device());
    let shared = buffer(ctx.device(), 4096);
    let aliased = own.bindings().bind(Operand::X, at(&shared, 0)).bind(Operand::Y, at(&shared, 2048));
    assert_errors!(record(ctx, &aliased) => Error::AliasedBinding { output: Operand::Y, other: Operand::X });
    let inputs = own.bindings().bind(Operand::X, at(&shared, 0)).bind(Operand::W, at(&shared, 0));
    assert!(record(ctx, &inputs).is_ok(), "two inputs may share a buffer");
    assert_works(ctx);
}

#[test]
fn a_destroyed_buffer_is_refused_before_anything_is_recorded() {
    let ctx = context();
    let own = Buffers::new(ctx.device());
    own.w.destroy();
    assert_errors!(record(ctx, &own.bindings()) => Error::Wgpu { .. });
    assert_works(ctx);
}

#[test]
fn buffers_of_another_device() {
    let [(ours, _), (theirs, _)] = devices_of_one_adapter();
    let foreign = Buffers::new(theirs.device());
    assert_errors!(record(&ours, &foreign.bindings()) => Error::Wgpu { .. });
    assert_works(&ours);
    assert_works(&theirs);
}

/// wgpu gives handles numbers that count from the start in each of its instances: without care the buffer of another
/// instance is taken for one of ours that has the same number.
#[test]
fn buffers_of_another_context_made_by_this_library() {
    let (ours, theirs) = (own_context(), own_context());
    // The same numbers in both.
    let own = Buffers::new(ours.device());
    let foreign = Buffers::new(theirs.device());
    assert_errors!(record(&ours, &foreign.bindings()) => Error::Wgpu { .. });
    assert!(record(&ours, &own.bindings()).is_ok());
    assert_works(&ours);
    assert_works(&theirs);
}

/// wgpu tells the owner of the encoder when it is finished.
#[test]
fn a_pass_of_another_device_is_refused_when_its_encoder_is_finished() {
    let [(ours, _), (theirs, their_errors)] = devices_of_one_adapter();
    let own = Buffers::new(ours.device());
    let mut encoder: CommandEncoder = theirs.device().create_command_encoder(&Default::default());
    let recorded = {
        let mut pass = encoder.begin_compute_pass(&Default::default());
        plan(&ours).record(&mut pass, &own.bindings())
    };
    assert!(matches!(recorded, Ok(()) | Err(Error::Wgpu { .. })), "{recorded:?}");
    drop(encoder.finish());
    assert_eq!(their_errors.count(), 1);
    assert_works(&ours);
    assert_works(&theirs);
}
