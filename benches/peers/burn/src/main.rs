//! burn's convolutions on Vulkan (SPIR-V kernels, autotuned by burn itself) as a peer of `wgconv compare`.

mod conv;
mod protocol;

use std::time::Instant;

use burn_backend::tensor::Device;
use burn_wgpu::{RuntimeOptions, Wgpu, WgpuBackend, WgpuDevice, graphics, init_setup};
use serde_json::{Value, json};

use conv::{Loaded, Result};
use protocol::{Request, answer, requests};

fn main() {
    let vulkan = WgpuDevice::default().on(WgpuBackend::Vulkan);
    // Panics where there is no such device: `wgconv compare` quotes the message.
    let adapter = init_setup::<graphics::Vulkan>(&vulkan, RuntimeOptions::default()).adapter.get_info();
    let device: Device<Wgpu> = vulkan.into();
    answer(&json!({
        "software": "burn 0.22.1",
        "device": format!("{} ({} {})", adapter.name, adapter.driver, adapter.driver_info),
        "precision": "f32",
        "passes": ["forward", "input_grad", "kernel_grad"],
        "notes": ["SPIR-V kernels, autotuned by burn in the first call"],
    }));
    let mut loaded = None;
    for line in requests() {
        let answered = serde_json::from_str(&line)
            .map_err(|error| error.to_string())
            .and_then(|request| handle(request, &mut loaded, &device));
        answer(&answered.unwrap_or_else(|error| json!({ "error": error })));
    }
}

fn handle(request: Request, loaded: &mut Option<Loaded>, device: &Device<Wgpu>) -> Result<Value> {
    match request {
        Request::Case(case) => {
            // The one before frees its memory first.
            *loaded = None;
            let case = Loaded::new(case, device)?;
            case.wait()?;
            let start = Instant::now();
            let result = case.run()?;
            case.wait()?;
            let first_ms = milliseconds(start);
            case.write(result)?;
            *loaded = Some(case);
            Ok(json!({ "first_ms": first_ms }))
        }
        Request::Time { repetitions } => {
            let case = loaded.as_ref().ok_or("no case yet")?;
            let start = Instant::now();
            for _ in 0..repetitions {
                drop(case.run()?);
            }
            case.wait()?;
            Ok(json!({ "ms": milliseconds(start) }))
        }
    }
}

fn milliseconds(start: Instant) -> f64 {
    1e3 * start.elapsed().as_secs_f64()
}
