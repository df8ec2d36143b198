//! A case on burn's backend: its three tensors, and one pass over them.

use burn_backend::ops::{ConvOptions, FloatTensorOps as _, ModuleOps as _};
use burn_backend::tensor::{Device, FloatTensor};
use burn_backend::{Backend as _, TensorData};
use burn_wgpu::Wgpu;

use crate::protocol::Case;

type Tensor = FloatTensor<Wgpu>;

/// Errors are sentences for the report.
pub type Result<T> = std::result::Result<T, String>;

/// A case whose data is on the device.
pub struct Loaded {
    case: Case,
    /// The operand that the pass does not read is zeros: burn's gradients ask for its shape.
    x: Tensor,
    w: Tensor,
    dy: Tensor,
    device: Device<Wgpu>,
}

impl Loaded {
    pub fn new(case: Case, device: &Device<Wgpu>) -> Result<Loaded> {
        let shape = |leading: [usize; 2], axes: &[usize]| leading.into_iter().chain(axes.iter().copied()).collect();
        let x = load(&case, "x", shape([case.batch, case.channels_in], &case.input), device)?;
        let w = load(&case, "w", shape([case.channels_out, case.channels_in / case.groups], &case.taps), device)?;
        let dy = load(&case, "dy", shape([case.batch, case.channels_out], &case.output), device)?;
        Ok(Loaded { case, x, w, dy, device: device.clone() })
    }

    /// Starts the pass; the device may still be at it.
    pub fn run(&self) -> Result<Tensor> {
        let (x, w, dy) = (self.x.clone(), self.w.clone(), self.dy.clone());
        match (self.case.taps.len(), self.case.pass.as_str()) {
            (1, "forward") => Ok(Wgpu::conv1d(x, w, None, self.options())),
            (2, "forward") => Ok(Wgpu::conv2d(x, w, None, self.options())),
            (3, "forward") => Ok(Wgpu::conv3d(x, w, None, self.options())),
            (1, "input_grad") => Ok(Wgpu::conv1d_x_backward(x, w, dy, self.options())),
            (2, "input_grad") => Ok(Wgpu::conv2d_x_backward(x, w, dy, self.options())),
            (3, "input_grad") => Ok(Wgpu::conv3d_x_backward(x, w, dy, self.options())),
            (1, "kernel_grad") => Ok(Wgpu::conv1d_weight_backward(x, w, dy, self.options())),
            (2, "kernel_grad") => Ok(Wgpu::conv2d_weight_backward(x, w, dy, self.options())),
            (3, "kernel_grad") => Ok(Wgpu::conv3d_weight_backward(x, w, dy, self.options())),
            (rank, pass) => Err(format!("no {pass} of rank {rank}")),
        }
    }

    pub fn wait(&self) -> Result<()> {
        Wgpu::sync(&self.device).map_err(|error| format!("{error:?}"))
    }

    /// Writes a result as little-endian f32.
    pub fn write(&self, result: Tensor) -> Result<()> {
        let data = pollster::block_on(Wgpu::float_into_data(result)).map_err(|error| format!("{error:?}"))?;
        let values = data.try_to_vec::<f32>().map_err(|error| format!("{error:?}"))?;
        std::fs::write(&self.case.result, bytemuck::cast_slice(&values)).map_err(|error| error.to_string())
    }

    fn options<const D: usize>(&self) -> ConvOptions<D> {
        let case = &self.case;
        let padding = std::array::from_fn(|d| (case.padding_low[d], case.padding_high[d]));
        let [stride, dilation] = [&case.stride, &case.dilation].map(|values| std::array::from_fn(|d| values[d]));
        ConvOptions { stride, padding, dilation, groups: case.groups }
    }
}

/// An operand from its file, or zeros.
fn load(case: &Case, name: &str, shape: Vec<usize>, device: &Device<Wgpu>) -> Result<Tensor> {
    let count = shape.iter().product();
    let values: Vec<f32> = match case.inputs.get(name) {
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            bytemuck::pod_collect_to_vec(&bytes)
        }
        None => vec![0.0; count],
    };
    if values.len() != count {
        return Err(format!("{name} has {} elements instead of {count}", values.len()));
    }
    Ok(Wgpu::float_from_data(TensorData::new(values, shape), device))
}
