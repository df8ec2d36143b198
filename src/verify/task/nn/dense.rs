//! Dense layers.

use super::{Pass, Task, bits, exactly};
use crate::error::Result;
use crate::plan::Operand;
use crate::reference::nn::dense;
use crate::verify::data::integers;
use crate::verify::task::{Expected, count};

impl Pass<'_> {
    /// Integers, whose sums are exact.
    pub(super) fn dense(&self, outputs: u32, bias: bool) -> Result<Task> {
        let ([samples, inputs, _], outputs) = (self.case.extents(), outputs as usize);
        let extents = [samples, inputs, outputs];
        let terms = samples.max(inputs).max(outputs);
        let most = ((1u64 << 24) as f64 / (terms as f64 + 1.0)).sqrt().clamp(1.0, 9.0) as i32;
        let data = |operand, shape: &[usize]| integers(self.seed, operand, count(shape), most);
        let x = data(Operand::X, &[samples, inputs]);
        let w = data(Operand::W, &[outputs, inputs]);
        let b = data(Operand::B, &[outputs]);
        let dy = data(Operand::Dy, &[samples, outputs]);
        let (operand, shape, sums) = match self.pass {
            "forward" => (Operand::Y, vec![samples, outputs], dense::forward(extents, &x, &w, bias.then_some(&b[..]))?),
            "input_grad" => (Operand::Dx, vec![samples, inputs], dense::input_grad(extents, &dy, &w)?),
            "kernel_grad" => (Operand::Dw, vec![outputs, inputs], dense::kernel_grad(extents, &x, &dy)?),
            _ => (Operand::Db, vec![outputs], dense::bias_grad(extents, &dy)?),
        };
        let inputs = [(Operand::X, &x), (Operand::W, &w), (Operand::B, &b), (Operand::Dy, &dy)];
        let inputs = inputs.map(|(operand, values)| (operand, bits(values))).to_vec();
        Ok(Task { inputs, expected: vec![Expected::new(operand, &shape, exactly(&sums.to_f32()))] })
    }
}
