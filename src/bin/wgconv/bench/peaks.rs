//! What the device can do at most: fused multiply-adds in registers, and a large copy. The best of several forms each,
//! because what a compiler makes of one form is not the device's limit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use wgconv::timing::{Budget, Timer};
use wgconv::{Context, Tensor};

use super::stats::Summary;

/// Measured on this device, in this process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peaks {
    /// f32 multiply-adds count twice.
    pub gflops: f64,
    /// Which form reached it.
    pub arithmetic_form: String,
    /// Bytes read and bytes written.
    pub gbytes_per_s: f64,
    pub copy_form: String,
}

impl Peaks {
    /// What can be reached at best with so many operations on so many bytes: the roofline, in GFLOP/s.
    pub fn attainable_gflops(&self, flops: f64, bytes: f64) -> f64 {
        self.gflops.min(self.gbytes_per_s * flops / bytes)
    }

    /// Operations per byte from which on arithmetic is the limit.
    pub fn ridge(&self) -> f64 {
        self.gflops / self.gbytes_per_s
    }
}

const FMA_SCALAR: &str = include_str!("fma_scalar.wgsl");
const FMA_VEC4: &str = include_str!("fma_vec4.wgsl");
const COPY: &str = include_str!("copy.wgsl");

/// Name, source, entry point; accumulators times rounds unrolled times two operations. Twelve accumulators are enough to hide
/// the latency of a multiply-add, and few enough for 16 registers: with 16, lavapipe reaches a third of this.
const FMA_FORMS: [(&str, &str, &str, u64); 4] = [
    ("12 scalars, unrolled 16", FMA_SCALAR, "unrolled_16", 12 * 16 * 2),
    ("12 scalars, unrolled 64", FMA_SCALAR, "unrolled_64", 12 * 64 * 2),
    ("3 vec4s, unrolled 16", FMA_VEC4, "unrolled_16", 12 * 16 * 2),
    ("3 vec4s, unrolled 64", FMA_VEC4, "unrolled_64", 12 * 64 * 2),
];
/// Workgroups of 64: enough for the largest devices.
const FMA_WORKGROUPS: u32 = 8192;
/// Elements of a workgroup.
const COPY_FORMS: [(&str, u64); 2] = [("copy_1", 256), ("copy_4", 1024)];

/// Measures both; `quick` takes half as long.
pub fn measure(context: &Context, quick: bool, stop: &AtomicBool) -> Result<Peaks> {
    let budget = Budget { least: 3, most: 100, seconds: if quick { 0.2 } else { 0.4 } };
    let mut timer = Timer::new(context, stop, true);
    let (mut gflops, mut arithmetic_form) = (0.0, "");
    for (name, source, entry, flops) in FMA_FORMS {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let found = arithmetic(context, &mut timer, budget, source, entry, flops)?;
        log::info!("peak: {name}: {found:.1} GFLOP/s");
        if found > gflops {
            (gflops, arithmetic_form) = (found, name);
        }
    }
    let (gbytes_per_s, copy_form) = bandwidth(context, &mut timer, budget)?;
    Ok(Peaks { gflops, arithmetic_form: arithmetic_form.into(), gbytes_per_s, copy_form })
}

fn arithmetic(
    context: &Context,
    timer: &mut Timer<'_>,
    budget: Budget,
    source: &str,
    entry: &str,
    flops: u64,
) -> Result<f64> {
    let pipeline = pipeline(context, source, entry);
    let result = context.zeros::<f32>(&[64])?;
    let mut run = |rounds: u32, budget: Budget| -> Result<f64> {
        let [factor, add] = [0.999f32, 0.001].map(f32::to_bits);
        let params = uniform(context, &[rounds, 0, factor, add]);
        let group = group(context, &pipeline, &[&params, result.buffer()]);
        let samples = timer.measure(budget, &mut |_, pass| {
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(FMA_WORKGROUPS, 1, 1);
            Ok(())
        })?;
        Ok(Summary::of(&samples.device_ms).map_or(f64::NAN, |summary| summary.min))
    };
    // So many rounds that starting and ending do not count.
    let probe = run(4, Budget { least: 1, most: 1, seconds: 0.0 })?;
    let rounds = (4.0 * 40.0 / probe.max(1e-3)).clamp(4.0, 4096.0) as u32;
    let ms = run(rounds, budget)?;
    let done = f64::from(rounds) * flops as f64 * f64::from(FMA_WORKGROUPS) * 64.0;
    Ok(done / ms * 1e-6)
}

fn bandwidth(context: &Context, timer: &mut Timer<'_>, budget: Budget) -> Result<(f64, String)> {
    // Larger than caches, within the device's limits, a multiple of what a workgroup copies.
    let limits = context.limits();
    let size = limits.max_storage_binding_bytes.min(limits.max_buffer_bytes).min(256 << 20);
    let is_software = context.adapter_info().device_type == wgpu::DeviceType::Cpu;
    let size = (if is_software { size.min(64 << 20) } else { size }) >> 14 << 14;
    let zeros = || context.zeros::<f32>(&[size as usize / 4]);
    let (source, destination) = (zeros()?, zeros()?);
    let rate = |ms: f64| 2.0 * size as f64 / ms * 1e-6;
    let mut best = (rate(buffer_copy(context, &source, &destination, budget)?), "buffer copy".to_owned());
    for (entry, per_group) in COPY_FORMS {
        let pipeline = pipeline(context, COPY, entry);
        let group = group(context, &pipeline, &[source.buffer(), destination.buffer()]);
        let workgroups = size / 16 / per_group;
        let columns = workgroups.min(u64::from(limits.max_workgroups_per_dimension));
        let rows = workgroups.div_ceil(columns);
        let samples = timer.measure(budget, &mut |_, pass| {
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(columns as u32, rows as u32, 1);
            Ok(())
        })?;
        let found = Summary::of(&samples.device_ms).map_or(0.0, |summary| rate(summary.min));
        log::info!("peak: {entry}: {found:.1} GB/s");
        if found > best.0 {
            best = (found, format!("shader {entry}"));
        }
    }
    Ok(best)
}

/// Milliseconds of the driver's own copy, on the host's clock, around enough of them.
fn buffer_copy(context: &Context, source: &Tensor, destination: &Tensor, budget: Budget) -> Result<f64> {
    let bytes = source.buffer().size();
    let (start, mut best, mut repetitions) = (Instant::now(), f64::INFINITY, 1);
    loop {
        let mut encoder = context.device().create_command_encoder(&Default::default());
        for i in 0..repetitions {
            // There and back, so that each waits for the one before.
            let (from, to) = if i % 2 == 0 { (source, destination) } else { (destination, source) };
            encoder.copy_buffer_to_buffer(from.buffer(), 0, to.buffer(), 0, bytes);
        }
        let begin = Instant::now();
        context.queue().submit([encoder.finish()]);
        context.wait()?;
        let each = 1e3 * begin.elapsed().as_secs_f64() / f64::from(repetitions);
        best = best.min(each);
        if start.elapsed().as_secs_f64() > budget.seconds {
            log::info!("peak: buffer copy: {best:.3} ms for {bytes} bytes");
            return Ok(best);
        }
        repetitions = (20.0 / each).clamp(1.0, 32.0) as u32;
    }
}

fn pipeline(context: &Context, source: &str, entry: &str) -> wgpu::ComputePipeline {
    let device = context.device();
    let descriptor =
        wgpu::ShaderModuleDescriptor { label: Some(entry), source: wgpu::ShaderSource::Wgsl(source.to_owned().into()) };
    let module = device.create_shader_module(descriptor);
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(entry),
        layout: None,
        module: &module,
        entry_point: Some(entry),
        compilation_options: Default::default(),
        cache: None,
    })
}

fn uniform(context: &Context, words: &[u32]) -> wgpu::Buffer {
    let buffer = context.device().create_buffer(&wgpu::BufferDescriptor {
        label: Some("parameters of a peak kernel"),
        size: 4 * words.len() as u64,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    context.queue().write_buffer(&buffer, 0, bytemuck::cast_slice(words));
    buffer
}

fn group(context: &Context, pipeline: &wgpu::ComputePipeline, buffers: &[&wgpu::Buffer]) -> wgpu::BindGroup {
    let entries: Vec<wgpu::BindGroupEntry<'_>> = (0..)
        .zip(buffers)
        .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
        .collect();
    let layout = pipeline.get_bind_group_layout(0);
    context.device().create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout: &layout, entries: &entries })
}
