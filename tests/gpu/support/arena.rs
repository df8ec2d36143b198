//! Runs a plan on buffers of its own: every operand lies between guard zones, outputs and workspace start as poison, and
//! the binding reaches beyond the operand into the guard behind it, where no driver's bounds check would hide a stray
//! write. Afterwards guards and inputs must be as they were.

use wgconv::{Access, Bindings, Context, Operand, Plan, wgpu};

/// A NaN that no computation makes.
pub const POISON: u32 = 0x7fc0_dead;

/// Words before and behind every operand.
const GUARD: usize = 128;

/// Words of the guard behind that the binding covers.
const INSIDE: usize = 16;

struct Zone {
    operand: Operand,
    access: Access,
    buffer: wgpu::Buffer,
    words: Vec<u32>,
    /// Words of the operand.
    length: usize,
    /// Words before it.
    front: usize,
}

/// Runs a plan once; `inputs` are the operands that it reads or updates, as bits. Gives back the operands that it writes.
///
/// # Panics
/// If something outside an output has changed.
pub fn run(context: &Context, plan: &Plan, inputs: &[(Operand, &[u32])]) -> Vec<(Operand, Vec<u32>)> {
    let zones: Vec<Zone> = plan.operands().iter().map(|need| zone(context, need, inputs)).collect();
    let bindings = zones.iter().fold(Bindings::new(), |all, zone| all.bind(zone.operand, binding(context, zone)));
    let mut encoder = context.device().create_command_encoder(&Default::default());
    plan.record(&mut encoder.begin_compute_pass(&Default::default()), &bindings).unwrap();
    context.queue().submit([encoder.finish()]);
    zones.iter().filter_map(|zone| check(context, zone)).collect()
}

/// Runs a plan on zeros as if its last output were one word shorter than it is: a planted fault that [`run`]'s check must
/// find.
pub fn run_truncated(context: &Context, plan: &Plan) {
    let zeros: Vec<Vec<u32>> = plan.operands().iter().map(|need| vec![0; need.bytes as usize / 4]).collect();
    let inputs: Vec<(Operand, &[u32])> = plan
        .operands()
        .iter()
        .zip(&zeros)
        .filter(|(need, _)| need.access != Access::Write)
        .map(|(need, data)| (need.operand, &data[..]))
        .collect();
    let mut zones: Vec<Zone> = plan.operands().iter().map(|need| zone(context, need, &inputs)).collect();
    let bindings = zones.iter().fold(Bindings::new(), |all, zone| all.bind(zone.operand, binding(context, zone)));
    let mut encoder = context.device().create_command_encoder(&Default::default());
    plan.record(&mut encoder.begin_compute_pass(&Default::default()), &bindings).unwrap();
    context.queue().submit([encoder.finish()]);
    for zone in &mut zones {
        zone.length -= 1;
        check(context, zone);
    }
}

/// As [`run`], for f32 inputs and a single f32 output.
pub fn run_f32(context: &Context, plan: &Plan, inputs: &[(Operand, &[f32])]) -> Vec<f32> {
    let inputs: Vec<(Operand, &[u32])> = inputs.iter().map(|&(operand, data)| (operand, bits(data))).collect();
    let outputs = run(context, plan, &inputs);
    assert_eq!(outputs.len(), 1);
    floats(&outputs[0].1)
}

/// The bits of f32 data.
pub fn bits(data: &[f32]) -> &[u32] {
    bytemuck::cast_slice(data)
}

/// The f32 data of bits.
pub fn floats(words: &[u32]) -> Vec<f32> {
    words.iter().map(|&word| f32::from_bits(word)).collect()
}

fn zone(context: &Context, need: &wgconv::OperandNeed, inputs: &[(Operand, &[u32])]) -> Zone {
    let length = need.bytes as usize / 4;
    let alignment = context.limits().storage_alignment as usize / 4;
    let front = GUARD.next_multiple_of(alignment);
    let mut words = vec![POISON; front + length + GUARD];
    let given = inputs.iter().find(|(operand, _)| *operand == need.operand);
    match (need.access, given) {
        (Access::Write, None) => {}
        (Access::Read | Access::Update, Some((_, data))) => words[front..front + length].copy_from_slice(data),
        _ => panic!("{} is {:?}, which does not go with what the test gave", need.operand, need.access),
    }
    let buffer = context.device().create_buffer(&wgpu::BufferDescriptor {
        label: Some(need.operand.name()),
        size: words.len() as u64 * 4,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    context.queue().write_buffer(&buffer, 0, bytemuck::cast_slice(&words));
    Zone { operand: need.operand, access: need.access, buffer, words, length, front }
}

fn binding<'a>(context: &Context, zone: &'a Zone) -> wgpu::BufferBinding<'a> {
    // Not beyond what can be bound; plans that chunk bind exact ranges anyway.
    let most = (context.limits().max_storage_binding_bytes as usize / 4).max(zone.length);
    let size = (zone.length + INSIDE).min(most) as u64 * 4;
    wgpu::BufferBinding { buffer: &zone.buffer, offset: zone.front as u64 * 4, size: wgpu::BufferSize::new(size) }
}

/// The operand's words if it is an output.
fn check(context: &Context, zone: &Zone) -> Option<(Operand, Vec<u32>)> {
    let found = read(context, &zone.buffer, zone.words.len());
    let operand = zone.front..zone.front + zone.length;
    let output = zone.access != Access::Read;
    let changed = (0..found.len()).find(|i| !(output && operand.contains(i)) && found[*i] != zone.words[*i]);
    if let Some(at) = changed {
        let offset = at as i64 - zone.front as i64;
        panic!("{} of {} words was changed at word {offset}", zone.operand, zone.length);
    }
    (output && zone.operand != Operand::Workspace).then(|| (zone.operand, found[operand].to_vec()))
}

fn read(context: &Context, buffer: &wgpu::Buffer, words: usize) -> Vec<u32> {
    let staging = context.device().create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: words as u64 * 4,
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let mut encoder = context.device().create_command_encoder(&Default::default());
    encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, words as u64 * 4);
    context.queue().submit([encoder.finish()]);
    staging.map_async(wgpu::MapMode::Read, .., |outcome| outcome.unwrap());
    context.wait().unwrap();
    bytemuck::pod_collect_to_vec(&staging.slice(..).get_mapped_range().unwrap())
}
