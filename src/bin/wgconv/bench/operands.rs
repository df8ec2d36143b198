//! The buffers of one row: what is verified, and the rotating sets of inputs that are timed.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use wgconv::case::Case;
use wgconv::{Access, Bindings, Context, ElementType, Layout, Operand, PlanOptions, PlanSpec, Tensor};

use super::exact::{Exact, Output};
use super::operator;

/// A named buffer. Tensors of f32 stand for indices too: four bytes are four bytes.
type Bound = (Operand, Tensor);

/// Outputs and workspace once, inputs in several sets. Repetitions that write the same output wait for each other, which
/// timing needs; that they read different inputs keeps the inputs out of the caches.
pub struct Operands {
    context: Context,
    written: Vec<Bound>,
    sets: Vec<Vec<Bound>>,
}

/// Sets of inputs take so much together, if there are enough of them: above what caches hold.
const ROTATED_BYTES: u64 = 256 << 20;
/// On a software device, whose caches are a processor's and whose memory is the host's.
const ROTATED_BYTES_SOFTWARE: u64 = 64 << 20;
/// As many as a plan keeps bind groups for.
const MOST_SETS: u64 = 8;
/// A software device does not say when the host's memory ends.
pub const MOST_BYTES_SOFTWARE: u64 = 4 << 30;

impl Operands {
    /// Outputs, workspace and one set of inputs.
    pub fn new(context: &Context, spec: &PlanSpec) -> wgconv::Result<Self> {
        let mut operands = Operands { context: context.clone(), written: Vec::new(), sets: vec![Vec::new()] };
        for need in spec.operands() {
            let tensor = context.zeros(&[need.bytes as usize / 4])?;
            let list = if need.access == Access::Read { &mut operands.sets[0] } else { &mut operands.written };
            list.push((need.operand, tensor));
        }
        Ok(operands)
    }

    /// Everything bound, with the inputs of set `i`, counted round.
    pub fn bindings(&self, i: usize) -> Bindings<'_> {
        let inputs = &self.sets[i % self.sets.len()];
        inputs.iter().chain(&self.written).fold(Bindings::new(), |all, (operand, tensor)| all.bind(*operand, tensor))
    }

    /// Integers into the inputs, NaN into the outputs.
    pub fn load(&self, exact: &Exact, case: &Case) -> wgconv::Result<()> {
        let batch = case.batch();
        for (operand, tensor) in &self.sets[0] {
            let queue = self.context.queue();
            if *operand == Operand::Indices {
                for sample in 0..batch as usize {
                    let indices = exact.indices_of(sample);
                    let indices = to_memory(case, *operand, &indices)?;
                    let offset = (sample * 4 * indices.len()) as u64;
                    queue.write_buffer(tensor.buffer(), offset, bytemuck::cast_slice(&indices));
                }
            } else if let Some((_, values, factors)) = exact.inputs.iter().find(|input| input.0 == *operand) {
                let values = exact.channels().stored(*operand, values);
                // An operand without a batch is there once.
                let factors = if factors.is_empty() { &[1.0][..] } else { factors };
                let scaled = |factor: &f32| {
                    let scaled: Vec<f32> = values.iter().map(|value| value * factor).collect();
                    to_memory(case, *operand, &scaled)
                };
                if case.element() == ElementType::F32 {
                    for (sample, factor) in factors.iter().enumerate() {
                        let offset = (sample * 4 * values.len()) as u64;
                        queue.write_buffer(tensor.buffer(), offset, bytemuck::cast_slice(&scaled(factor)?));
                    }
                } else {
                    // Samples may begin within a word.
                    let all: Vec<Vec<f32>> = factors.iter().map(scaled).collect::<wgconv::Result<_>>()?;
                    queue.write_buffer(tensor.buffer(), 0, bytemuck::cast_slice(&case.element().words(&all.concat())));
                }
            }
        }
        for (_, tensor) in &self.written {
            // NaN in every type.
            tensor.write(&vec![f32::from_bits(0x7fc0_7fc0); tensor.len()])?;
        }
        self.context.wait()
    }

    /// What the pass wrote, in the order of its shape.
    pub fn output(&self, case: &Case) -> wgconv::Result<Output> {
        let mut output = Output { values: Vec::new(), indices: None };
        for (operand, tensor) in &self.written {
            match operand {
                operand if operand.is_scratch() => {}
                Operand::Indices => {
                    let values = from_memory(case, *operand, tensor.read_blocking()?)?;
                    output.indices = Some(values.into_iter().map(f32::to_bits).collect());
                }
                _ => {
                    let (element, tensor) = (case.element(), tensor.read_blocking()?);
                    let words: Vec<u32> = tensor.into_iter().map(f32::to_bits).collect();
                    let values = element.values(&words, words.len() * 4 / element.bytes() as usize);
                    output.values = from_memory(case, *operand, values)?;
                }
            }
        }
        Ok(output)
    }

    /// Real numbers into all sets of inputs, and as many sets as `warm_cache` and memory allow.
    pub fn fill(&mut self, case: &Case, warm_cache: bool, seed: u64) -> wgconv::Result<()> {
        let bytes: u64 = self.sets[0].iter().map(|(_, tensor)| 4 * tensor.len() as u64).sum();
        let is_software = self.context.adapter_info().device_type == wgpu::DeviceType::Cpu;
        let rotated = if is_software { ROTATED_BYTES_SOFTWARE } else { ROTATED_BYTES };
        let count = if warm_cache { 1 } else { (rotated / bytes).clamp(1, MOST_SETS) };
        for _ in 1..count {
            let set = self.sets[0]
                .iter()
                .map(|(operand, tensor)| self.context.zeros(&[tensor.len()]).map(|tensor| (*operand, tensor)));
            self.sets.push(set.collect::<wgconv::Result<_>>()?);
        }
        let mut rng = StdRng::seed_from_u64(seed);
        let element = case.element();
        let values = NOISE * 4 / element.bytes() as usize;
        let noise: Vec<f32> = (0..values).map(|_| rng.random_range(-1.0..1.0)).collect();
        let noise: Vec<f32> = element.words(&noise).into_iter().map(f32::from_bits).collect();
        let noise = self.context.tensor(&[NOISE], &noise)?;
        let mut encoder = self.context.device().create_command_encoder(&Default::default());
        for (operand, tensor) in self.sets.iter().flatten() {
            if *operand != Operand::Indices {
                // Another place to start from, so that no two inputs are equal.
                copy_round(&mut encoder, &noise, tensor, rng.random_range(0..NOISE as u64));
            }
        }
        self.context.queue().submit([encoder.finish()]);
        for (operand, tensor) in self.sets.iter().flatten().chain(&self.written) {
            if let Some(values) = operator::in_use(case, *operand, tensor.len()) {
                tensor.write(&values)?;
            }
        }
        for i in 0..self.sets.len() {
            if let Some((_, indices)) = self.sets[i].iter().find(|bound| bound.0 == Operand::Indices) {
                self.find_indices(case, &noise, indices)?;
            }
        }
        self.context.wait()
    }

    /// The indices of maxima of some real input, which backward passes need.
    fn find_indices(&self, case: &Case, noise: &Tensor, indices: &Tensor) -> wgconv::Result<()> {
        let plan = case.plan(&self.context, "forward_with_indices", false, &PlanOptions::default())?;
        let zeros = |operand: Operand| {
            let need = plan.operands().iter().find(|need| need.operand == operand);
            self.context.zeros::<f32>(&[need.map_or(1, |need| need.bytes as usize / 4)])
        };
        let (x, y) = (zeros(Operand::X)?, zeros(Operand::Y)?);
        let mut encoder = self.context.device().create_command_encoder(&Default::default());
        copy_round(&mut encoder, noise, &x, 0);
        let bindings = Bindings::new().bind(Operand::X, &x).bind(Operand::Y, &y).bind(Operand::Indices, indices);
        plan.record(&mut encoder.begin_compute_pass(&Default::default()), &bindings)?;
        self.context.queue().submit([encoder.finish()]);
        Ok(())
    }
}

/// One sample of an operand as it lies in memory.
fn to_memory<T: Copy>(case: &Case, operand: Operand, sample: &[T]) -> wgconv::Result<Vec<T>> {
    let channels = channels(case, operand)?;
    case.layout(operand).to_memory(&[1, channels, sample.len() / channels], sample)
}

/// All of an operand in the order of its shape.
fn from_memory<T: Copy>(case: &Case, operand: Operand, values: Vec<T>) -> wgconv::Result<Vec<T>> {
    let layout = case.layout(operand);
    if layout == Layout::ChannelsFirst {
        return Ok(values);
    }
    let (batch, channels) = (case.batch() as usize, channels(case, operand)?);
    layout.from_memory(&[batch, channels, values.len() / batch / channels], &values)
}

/// Channels of an operand that has samples; of any other one 1, and only one layout.
fn channels(case: &Case, operand: Operand) -> wgconv::Result<usize> {
    Ok(match case.layout(operand) {
        Layout::ChannelsFirst => 1,
        Layout::ChannelsLast if matches!(operand, Operand::X | Operand::Dx) => case.x_shape()[1],
        Layout::ChannelsLast => case.y_shape()?[1],
    })
}

/// Numbers made on the host; larger inputs repeat them. A prime, so that rows and planes do not repeat.
const NOISE: usize = 1_048_573;

/// Fills a tensor with the noise, from its element `start` on and round and round.
fn copy_round(encoder: &mut wgpu::CommandEncoder, noise: &Tensor, target: &Tensor, start: u64) {
    let (mut from, mut done) = (4 * start, 0);
    let (period, bytes) = (4 * NOISE as u64, 4 * target.len() as u64);
    while done < bytes {
        let size = (period - from).min(bytes - done);
        encoder.copy_buffer_to_buffer(noise.buffer(), from, target.buffer(), done, size);
        (from, done) = ((from + size) % period, done + size);
    }
}
