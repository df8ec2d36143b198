//! Timestamp queries around compute passes.

use crate::error::Result;
use crate::gpu::{Context, refused};

/// Begin and end of every repetition of a submission.
pub(super) struct Stamps {
    queries: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    staging: wgpu::Buffer,
    /// Seconds of one tick.
    tick: f64,
}

/// Bytes of the two stamps of a repetition.
const PAIR: u64 = 16;

impl Stamps {
    /// For at most so many repetitions.
    pub(super) fn new(context: &Context, repetitions: u32) -> Self {
        let device = context.device();
        let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("timestamps"),
            ty: wgpu::QueryType::Timestamp,
            count: 2 * repetitions,
        });
        let buffer = |usage| {
            let size = PAIR * u64::from(repetitions);
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("timestamps"),
                size,
                usage,
                mapped_at_creation: false,
            })
        };
        let resolved = buffer(wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC);
        let staging = buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
        let tick = f64::from(context.queue().get_timestamp_period()) * 1e-9;
        Stamps { queries, resolved, staging, tick }
    }

    /// What the pass of repetition `i` has to write.
    pub(super) fn writes(&self, i: usize) -> wgpu::ComputePassTimestampWrites<'_> {
        let first = 2 * i as u32;
        wgpu::ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: Some(first),
            end_of_pass_write_index: Some(first + 1),
        }
    }

    /// Ends a submission.
    pub(super) fn resolve(&self, encoder: &mut wgpu::CommandEncoder, repetitions: usize) {
        encoder.resolve_query_set(&self.queries, 0..2 * repetitions as u32, &self.resolved, 0);
        encoder.copy_buffer_to_buffer(&self.resolved, 0, &self.staging, 0, PAIR * repetitions as u64);
    }

    /// Seconds of each repetition of a finished submission; 0 where the end lies before the begin.
    pub(super) fn read(&self, context: &Context, repetitions: usize) -> Result<Vec<f64>> {
        let bytes = PAIR * repetitions as u64;
        self.staging.map_async(wgpu::MapMode::Read, ..bytes, |_| {});
        context.wait()?;
        let view = self.staging.get_mapped_range(..bytes);
        let view = view.map_err(|error| refused(context.core(), "read the timestamps", error.to_string()))?;
        let stamps: Vec<u64> = bytemuck::pod_collect_to_vec(&view);
        drop(view);
        self.staging.unmap();
        Ok(stamps.chunks_exact(2).map(|pair| pair[1].saturating_sub(pair[0]) as f64 * self.tick).collect())
    }
}
