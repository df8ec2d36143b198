//! A pass, cut by the channels of its result, on one sample: each part is a small problem for the reference.

use wgconv::case::{Case, ConvCase, ConvTransposeCase, PoolCase};
use wgconv::{
    ConvProblem, ConvTransposeProblem, Error, Exponent, IndexForm, KernelOrder, Layout, Operand, PoolKind, PoolProblem,
    Result, reference,
};

use super::exact::bound;

/// One channel of the result.
pub struct Part {
    pub values: Vec<f64>,
    /// What `reference::Sums` says of each: the sum of absolute values, and the number of terms.
    pub magnitudes: Vec<f64>,
    pub terms: Vec<u64>,
    /// How far an average may be off.
    pub bounds: Vec<f64>,
    pub indices: Option<Vec<u32>>,
}

/// A case and pass on its first sample.
pub struct Channels {
    pass: &'static str,
    /// With channels first, and the usual order of w's axes.
    of: Of,
    batch: u64,
    /// Whether the device has w's first two axes exchanged.
    exchanged: bool,
}

enum Of {
    Conv(ConvProblem),
    ConvTranspose(ConvTransposeProblem),
    Pool(PoolProblem),
}

type Inputs = [(Operand, Vec<f32>, Vec<f32>)];

impl Channels {
    pub fn new(case: &Case, pass: &'static str) -> Result<Channels> {
        let first = Layout::ChannelsFirst;
        let mut exchanged = false;
        let of = match case.with_batch(1) {
            Case::Conv(mut case) => {
                let usual = KernelOrder::OutIn;
                exchanged = case.kernel_order != usual;
                (case.x_layout, case.y_layout, case.kernel_order) = (first, first, usual);
                Of::Conv(ConvCase::problem(&case)?)
            }
            Case::ConvTranspose(mut case) => {
                let usual = KernelOrder::InOut;
                exchanged = case.kernel_order != usual;
                (case.x_layout, case.y_layout, case.kernel_order) = (first, first, usual);
                Of::ConvTranspose(ConvTransposeCase::problem(&case)?)
            }
            Case::Pool(case) => Of::Pool(PoolCase::problem(&case)?),
            Case::Nn(case) => {
                let (operator, parameter, value) = ("wgconv bench", "case", case.to_string());
                return Err(Error::InvalidParameter {
                    operator,
                    parameter,
                    value,
                    expected: "a convolution or pooling",
                });
            }
        };
        Ok(Channels { pass, of, batch: case.batch().into(), exchanged })
    }

    /// Inputs of the pass, apart from indices, with the elements of one sample.
    pub fn inputs(&self) -> Vec<(Operand, usize)> {
        let elements = |shape: Vec<usize>| shape.iter().product();
        let (x, w, y) = match &self.of {
            Of::Conv(problem) => (problem.x_shape(), problem.w_shape(), problem.y_shape()),
            Of::ConvTranspose(problem) => (problem.x_shape(), problem.w_shape(), problem.y_shape()),
            Of::Pool(problem) => (problem.x_shape(), vec![], problem.y_shape()),
        };
        match (matches!(self.of, Of::Pool(_)), self.pass) {
            (false, "forward") => vec![(Operand::X, elements(x)), (Operand::W, elements(w))],
            (false, "input_grad") => vec![(Operand::Dy, elements(y)), (Operand::W, elements(w))],
            (false, "kernel_grad") => vec![(Operand::X, elements(x)), (Operand::Dy, elements(y))],
            (true, "backward") if self.exponent().is_some() => {
                // The one with a factor of its own first.
                vec![(Operand::Dy, elements(y.clone())), (Operand::X, elements(x)), (Operand::Y, elements(y))]
            }
            (false, _) | (true, "backward") => vec![(Operand::Dy, elements(y))],
            (true, "unpool") => vec![(Operand::Y, elements(y))],
            (true, "unpool_backward") => vec![(Operand::Dx, elements(x))],
            (true, _) => vec![(Operand::X, elements(x))],
        }
    }

    /// A sample of an input with its axes in the device's order.
    pub fn stored(&self, operand: Operand, values: &[f32]) -> Vec<f32> {
        let w = match &self.of {
            Of::Conv(problem) if self.exchanged => problem.w_shape(),
            Of::ConvTranspose(problem) if self.exchanged => problem.w_shape(),
            _ => return values.to_vec(),
        };
        if operand != Operand::W {
            return values.to_vec();
        }
        let (taps, [first, second]) = (w[2..].iter().product::<usize>(), [w[0], w[1]]);
        let row = |b: usize| (0..first).map(move |a| (a * second + b) * taps);
        (0..second).flat_map(row).flat_map(|at| &values[at..at + taps]).copied().collect()
    }

    /// Where the element `i`, of `block`, of a channel of the result is with its axes in that order.
    pub fn place(&self, sample: usize, channel: usize, i: usize, block: usize) -> usize {
        let count = self.count();
        let taps = match &self.of {
            Of::Conv(problem) => product(&problem.axes, |axis| axis.taps),
            Of::ConvTranspose(problem) => product(&problem.axes, |axis| axis.taps),
            Of::Pool(_) => 1,
        } as usize;
        if self.exchanged && self.pass == "kernel_grad" {
            return (i / taps * count + channel) * taps + i % taps;
        }
        (sample * count + channel) * block + i
    }

    pub fn is_max(&self) -> bool {
        matches!(&self.of, Of::Pool(problem) if problem.kind == PoolKind::Max)
    }

    /// The p of a norm.
    fn exponent(&self) -> Option<Exponent> {
        match &self.of {
            Of::Pool(PoolProblem { kind: PoolKind::Lp { p }, .. }) => Some(*p),
            _ => None,
        }
    }

    /// Whether the factors of samples have to be positive: those of maxima, whose places they keep, and of norms.
    pub fn takes_positive_factors(&self) -> bool {
        self.is_max() || self.exponent().is_some()
    }

    /// Whether samples of this operand have no factor: a norm's gradient takes x and y of all samples as they are.
    pub fn is_fixed(&self, operand: Operand) -> bool {
        self.exponent().is_some() && self.pass == "backward" && operand != Operand::Dy
    }

    /// Puts what follows from the other inputs: y, where a pass takes x and y.
    pub fn derive(&self, inputs: &mut Inputs) -> Result<()> {
        let Of::Pool(problem) = &self.of else { return Ok(()) };
        if let [_, (Operand::X, x, _), (Operand::Y, y, _)] = inputs {
            let norms = reference::pool::lp_forward(problem, x)?.values;
            *y = norms.iter().map(|&norm| problem.element.round(norm) as f32).collect();
        }
        Ok(())
    }

    /// What the index of a maximum grows by from one plane of the tensor to the next.
    pub fn index_step(&self) -> u32 {
        match &self.of {
            Of::Pool(problem) if problem.indices == IndexForm::Flat => {
                problem.axes.iter().map(|axis| axis.input).product()
            }
            _ => 0,
        }
    }

    /// Whether the result is one of a division, which WGSL does not round exactly.
    pub fn divides(&self) -> bool {
        matches!(&self.of, Of::Pool(problem) if problem.kind != PoolKind::Max)
    }

    /// Whether the result has no batch.
    pub fn sums_over_batch(&self) -> bool {
        matches!(self.pass, "kernel_grad" | "bias_grad")
    }

    /// Channels of the result: of its first axis, the batch apart.
    pub fn count(&self) -> usize {
        match &self.of {
            Of::Conv(problem) if self.pass == "input_grad" => problem.channels_in as usize,
            Of::Conv(problem) => problem.channels_out as usize,
            Of::ConvTranspose(problem) if matches!(self.pass, "input_grad" | "kernel_grad") => {
                problem.channels_in as usize
            }
            Of::ConvTranspose(problem) => problem.channels_out as usize,
            Of::Pool(problem) => problem.channels as usize,
        }
    }

    /// Terms of one element of the result, the whole batch counted.
    pub fn terms(&self) -> u64 {
        match &self.of {
            Of::Conv(problem) => {
                let taps = product(&problem.axes, |axis| axis.taps);
                match self.pass {
                    "forward" => u64::from(problem.channels_in / problem.groups) * taps,
                    "input_grad" => u64::from(problem.channels_out / problem.groups) * taps,
                    // Of every channel, where they share a kernel.
                    "kernel_grad" if problem.shared_kernel => {
                        let channels = u64::from(problem.channels_in / problem.groups);
                        channels * self.batch * product(&problem.axes, |axis| axis.output)
                    }
                    _ => self.batch * product(&problem.axes, |axis| axis.output),
                }
            }
            Of::ConvTranspose(problem) => {
                let taps = product(&problem.axes, |axis| axis.taps);
                match self.pass {
                    "forward" => u64::from(problem.channels_in / problem.groups) * taps,
                    "input_grad" => u64::from(problem.channels_out / problem.groups) * taps,
                    "kernel_grad" => self.batch * product(&problem.axes, |axis| axis.input),
                    _ => self.batch * product(&problem.axes, |axis| axis.output),
                }
            }
            Of::Pool(problem) => product(&problem.axes, |axis| axis.taps),
        }
    }

    /// Multiply-adds of one channel, roughly.
    pub fn work(&self) -> u64 {
        match &self.of {
            Of::Conv(problem) => problem.multiply_adds() / self.count() as u64,
            Of::ConvTranspose(problem) => problem.multiply_adds() / self.count() as u64,
            Of::Pool(problem) => {
                let outputs: usize = problem.y_shape()[2..].iter().product();
                outputs as u64 * self.terms()
            }
        }
    }

    /// The indices that max pooling's way back is given: those of some sample's planes, as forward finds them.
    pub fn indices(&self, inputs: &Inputs) -> Result<Option<Vec<u32>>> {
        let Of::Pool(problem) = &self.of else { return Ok(None) };
        if !self.is_max() || !matches!(self.pass, "backward" | "unpool" | "unpool_backward") {
            return Ok(None);
        }
        // Any x will do; this one is as irregular as dy is.
        let dy = &inputs[0].1;
        let elements: usize = problem.x_shape().iter().product();
        let x: Vec<f32> = (0..elements).map(|i| dy[i * 7 % dy.len()]).collect();
        reference::pool::max_forward(&by_plane(problem), &x).map(|(_, indices)| Some(indices))
    }

    /// One channel of the result on the first sample, factors left out.
    pub fn part(&self, channel: usize, inputs: &Inputs, indices: Option<&[u32]>) -> Result<Part> {
        match &self.of {
            Of::Conv(problem) => self.conv_part(problem, channel, inputs),
            Of::ConvTranspose(problem) => self.conv_transpose_part(problem, channel, inputs),
            Of::Pool(problem) => self.pool_part(problem, channel, inputs, indices),
        }
    }

    fn conv_part(&self, whole: &ConvProblem, channel: usize, inputs: &Inputs) -> Result<Part> {
        let groups = whole.groups as usize;
        let (in_group, out_group) = (whole.channels_in as usize / groups, whole.channels_out as usize / groups);
        let mut one = whole.clone();
        one.groups = 1;
        let [x, w, dy] = [Operand::X, Operand::W, Operand::Dy].map(|operand| data_of(inputs, operand));
        if self.pass == "input_grad" {
            let (group, c) = (channel / in_group, channel % in_group);
            (one.channels_in, one.channels_out) = (1, out_group as u32);
            let (of_kernel, c) = if whole.shared_kernel { (1, 0) } else { (in_group, c) };
            let taps = w.len() / whole.channels_out as usize / of_kernel;
            let outputs = group * out_group..(group + 1) * out_group;
            let w: Vec<f32> = outputs.flat_map(|k| &w[(k * of_kernel + c) * taps..][..taps]).copied().collect();
            one.shared_kernel = false;
            let dy = share(dy, groups, group);
            return Ok(Part::of(reference::conv::input_grad(&one, dy, &w)?));
        }
        (one.channels_in, one.channels_out) = (in_group as u32, 1);
        let x = share(x, groups, channel / out_group);
        let (w, dy) = (share(w, groups * out_group, channel), share(dy, groups * out_group, channel));
        Ok(Part::of(match self.pass {
            "forward" => reference::conv::forward(&one, x, w, None)?,
            "kernel_grad" => reference::conv::kernel_grad(&one, x, dy)?,
            _ => reference::conv::bias_grad(&one, dy)?,
        }))
    }

    fn conv_transpose_part(&self, whole: &ConvTransposeProblem, channel: usize, inputs: &Inputs) -> Result<Part> {
        let groups = whole.groups as usize;
        let (in_group, out_group) = (whole.channels_in as usize / groups, whole.channels_out as usize / groups);
        let mut one = whole.clone();
        one.groups = 1;
        let [x, w, dy] = [Operand::X, Operand::W, Operand::Dy].map(|operand| data_of(inputs, operand));
        if matches!(self.pass, "forward" | "bias_grad") {
            // A channel of y.
            (one.channels_in, one.channels_out) = (in_group as u32, 1);
            if self.pass == "bias_grad" {
                let dy = share(dy, groups * out_group, channel);
                return Ok(Part::of(reference::conv_transpose::bias_grad(&one, dy)?));
            }
            let (group, k) = (channel / out_group, channel % out_group);
            let taps = w.len() / whole.channels_in as usize / out_group;
            let inputs = group * in_group..(group + 1) * in_group;
            let w: Vec<f32> = inputs.flat_map(|c| &w[(c * out_group + k) * taps..][..taps]).copied().collect();
            return Ok(Part::of(reference::conv_transpose::forward(&one, share(x, groups, group), &w, None)?));
        }
        // A channel of x.
        (one.channels_in, one.channels_out) = (1, out_group as u32);
        let dy = share(dy, groups, channel / in_group);
        let (x, w) = (share(x, groups * in_group, channel), share(w, groups * in_group, channel));
        Ok(Part::of(match self.pass {
            "input_grad" => reference::conv_transpose::input_grad(&one, dy, w)?,
            _ => reference::conv_transpose::kernel_grad(&one, x, dy)?,
        }))
    }

    fn pool_part(&self, whole: &PoolProblem, channel: usize, inputs: &Inputs, indices: Option<&[u32]>) -> Result<Part> {
        let mut one = by_plane(whole);
        one.channels = 1;
        let data = share(&inputs[0].1, whole.channels as usize, channel);
        if let Some(p) = self.exponent() {
            let of = |operand| share(data_of(inputs, operand), whole.channels as usize, channel);
            let sums = match self.pass {
                "forward" => reference::pool::lp_forward(&one, data)?,
                _ => reference::pool::lp_backward(&one, of(Operand::X), of(Operand::Y), data)?,
            };
            let bounds = p.bound(&sums);
            return Ok(Part { bounds, ..Part::of(sums) });
        }
        if !self.is_max() {
            return Ok(Part::of(match self.pass {
                "forward" => reference::pool::average_forward(&one, data)?,
                _ => reference::pool::average_backward(&one, data)?,
            }));
        }
        if let Some(indices) = indices {
            let indices = share(indices, whole.channels as usize, channel);
            return Ok(match self.pass {
                "unpool" => Part::exactly(&reference::pool::unpool(&one, data, indices)?),
                "unpool_backward" => Part::exactly(&reference::pool::unpool_backward(&one, data, indices)?),
                _ => Part::of(reference::pool::max_backward(&one, data, indices)?),
            });
        }
        let (values, indices) = reference::pool::max_forward(&one, data)?;
        Ok(Part { indices: Some(indices), ..Part::exactly(&values) })
    }
}

/// The same problem with indices that count planes.
fn by_plane(problem: &PoolProblem) -> PoolProblem {
    let mut problem = problem.clone();
    problem.indices = IndexForm::Plane;
    problem
}

impl Part {
    /// Values that are moved, not computed.
    fn exactly(values: &[f32]) -> Part {
        let values: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
        let magnitudes = values.iter().map(|value| value.abs()).collect();
        let (bounds, terms) = (vec![0.0; values.len()], vec![1; values.len()]);
        Part { values, magnitudes, terms, bounds, indices: None }
    }

    fn of(sums: reference::Sums) -> Part {
        let bounds = bound(&sums);
        Part { values: sums.values, magnitudes: sums.magnitudes, terms: sums.terms, bounds, indices: None }
    }
}

/// Of all axes together.
fn product<A>(axes: &[A; 3], of: fn(&A) -> u32) -> u64 {
    axes.iter().map(|axis| u64::from(of(axis))).product()
}

/// The first sample of an input, or nothing.
fn data_of(inputs: &Inputs, operand: Operand) -> &[f32] {
    inputs.iter().find(|input| input.0 == operand).map_or(&[][..], |input| &input.1)
}

/// The part `index` of `count` equal ones; of nothing, nothing.
fn share<T>(all: &[T], count: usize, index: usize) -> &[T] {
    let length = all.len() / count;
    &all[index * length..(index + 1) * length]
}
