//! `wgconv devices`: the adapters of this machine, and what they can do for us.

use std::fmt;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use wgconv::{Context, ContextOptions};
use wgpu::Features;

use crate::say;

/// List the adapters with driver, limits and features, and say which one would be used.
#[derive(Debug, clap::Args)]
pub struct DevicesArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Adapter whose name contains this [default: the environment variable WGCONV_ADAPTER, else the fastest kind]
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
}

/// Which adapter, and with what driver: part of every report, because figures mean nothing without it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adapter {
    pub name: String,
    pub driver: String,
    pub driver_info: String,
    pub backend: String,
    pub kind: String,
}

/// The limits that decide how work is cut.
#[derive(Debug, Serialize)]
struct Limits {
    max_storage_buffer_binding_size: u64,
    max_buffer_size: u64,
    max_compute_workgroups_per_dimension: u32,
    max_compute_invocations_per_workgroup: u32,
    max_compute_workgroup_storage_size: u32,
    max_storage_buffers_per_shader_stage: u32,
    min_storage_buffer_offset_alignment: u32,
}

/// The features that kernels can use.
#[derive(Debug, Serialize)]
struct Abilities {
    shader_f16: bool,
    subgroup: bool,
    subgroup_min_size: u32,
    subgroup_max_size: u32,
    timestamp_query: bool,
    pipeline_cache: bool,
}

#[derive(Debug, Serialize)]
struct Entry {
    #[serde(flatten)]
    adapter: Adapter,
    chosen: bool,
    limits: Limits,
    features: Abilities,
}

impl From<&wgpu::AdapterInfo> for Adapter {
    fn from(info: &wgpu::AdapterInfo) -> Self {
        Adapter {
            name: info.name.clone(),
            driver: info.driver.clone(),
            driver_info: info.driver_info.clone(),
            backend: info.backend.to_string(),
            kind: match info.device_type {
                wgpu::DeviceType::DiscreteGpu => "discrete GPU",
                wgpu::DeviceType::IntegratedGpu => "integrated GPU",
                wgpu::DeviceType::VirtualGpu => "virtual GPU",
                wgpu::DeviceType::Cpu => "software",
                wgpu::DeviceType::Other => "unknown kind",
            }
            .to_owned(),
        }
    }
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}), driver {} {}, {}", self.name, self.kind, self.driver, self.driver_info, self.backend)
    }
}

impl Entry {
    fn new(adapter: &wgpu::Adapter, chosen: bool) -> Self {
        let (info, limits, features) = (adapter.get_info(), adapter.limits(), adapter.features());
        Entry {
            adapter: Adapter::from(&info),
            chosen,
            limits: Limits {
                max_storage_buffer_binding_size: limits.max_storage_buffer_binding_size,
                max_buffer_size: limits.max_buffer_size,
                max_compute_workgroups_per_dimension: limits.max_compute_workgroups_per_dimension,
                max_compute_invocations_per_workgroup: limits.max_compute_invocations_per_workgroup,
                max_compute_workgroup_storage_size: limits.max_compute_workgroup_storage_size,
                max_storage_buffers_per_shader_stage: limits.max_storage_buffers_per_shader_stage,
                min_storage_buffer_offset_alignment: limits.min_storage_buffer_offset_alignment,
            },
            features: Abilities {
                shader_f16: features.contains(Features::SHADER_F16),
                subgroup: features.contains(Features::SUBGROUP),
                subgroup_min_size: info.subgroup_min_size,
                subgroup_max_size: info.subgroup_max_size,
                timestamp_query: features.contains(Features::TIMESTAMP_QUERY),
                pipeline_cache: features.contains(Features::PIPELINE_CACHE),
            },
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (adapter, limits, features) = (&self.adapter, &self.limits, &self.features);
        let yes = |there: bool| if there { "yes" } else { "no" };
        let subgroups = match features.subgroup {
            true => format!("yes, {} to {} invocations", features.subgroup_min_size, features.subgroup_max_size),
            false => "no".to_owned(),
        };
        writeln!(f, "{}{}", adapter.name, if self.chosen { "  <- would be used" } else { "" })?;
        let lines = [
            ("kind", adapter.kind.clone()),
            ("backend", adapter.backend.clone()),
            ("driver", format!("{} {}", adapter.driver, adapter.driver_info)),
            ("largest storage binding", bytes(limits.max_storage_buffer_binding_size)),
            ("largest buffer", bytes(limits.max_buffer_size)),
            ("workgroups per dimension", limits.max_compute_workgroups_per_dimension.to_string()),
            ("invocations per workgroup", limits.max_compute_invocations_per_workgroup.to_string()),
            ("workgroup storage", bytes(limits.max_compute_workgroup_storage_size.into())),
            ("storage buffers per stage", limits.max_storage_buffers_per_shader_stage.to_string()),
            ("storage offset alignment", bytes(limits.min_storage_buffer_offset_alignment.into())),
            ("SHADER_F16", yes(features.shader_f16).to_owned()),
            ("SUBGROUP", subgroups),
            ("TIMESTAMP_QUERY", yes(features.timestamp_query).to_owned()),
            ("PIPELINE_CACHE", yes(features.pipeline_cache).to_owned()),
        ];
        for (name, value) in lines {
            writeln!(f, "    {name:<26} {}", value.trim())?;
        }
        Ok(())
    }
}

/// Whole units where the number is one, since limits mostly are.
fn bytes(count: u64) -> String {
    let units = [(1u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| count >= *unit) {
        Some((unit, name)) if count.is_multiple_of(unit) => format!("{} {name}", count / unit),
        Some((unit, name)) => format!("{:.2} {name}", count as f64 / unit as f64),
        None => format!("{count} bytes"),
    }
}

/// Lists the adapters; an error where none can be used.
pub fn run(args: &DevicesArgs) -> Result<()> {
    let adapters = Context::adapters_blocking();
    let options = ContextOptions { adapter: args.adapter.clone(), ..ContextOptions::default() };
    let choice = Context::choose_adapter_blocking(&options);
    let chosen = choice.as_ref().ok().map(wgpu::Adapter::get_info);
    let first = adapters.iter().position(|adapter| Some(adapter.get_info()) == chosen);
    let entries: Vec<Entry> =
        adapters.iter().enumerate().map(|(index, adapter)| Entry::new(adapter, first == Some(index))).collect();
    if args.json {
        say!("{}", serde_json::to_string_pretty(&entries)?);
    } else {
        entries.iter().for_each(|entry| say!("{entry}"));
    }
    choice?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        assert_eq!(bytes(128 << 20), "128 MiB");
        assert_eq!(bytes(2 << 30), "2 GiB");
        assert_eq!(bytes(16), "16 bytes");
        assert_eq!(bytes(1536), "1.50 KiB");
    }
}
