//! The rule by which parameters follow their gradients.

use serde::Serialize;
use wgconv::nn::AdamHyper;
use wgconv::{Context, Program, Result, Tensor};

use super::args::TrainArgs;
use super::network::Gradients;

/// What `--optimizer` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Stochastic gradient descent with momentum
    Sgd,
    /// The same with Nesterov's momentum
    Nesterov,
    /// Adam, weight decay as a part of the gradient
    Adam,
    /// Adam with decoupled weight decay
    Adamw,
}

impl Rule {
    fn is_adam(self) -> bool {
        matches!(self, Rule::Adam | Rule::Adamw)
    }

    /// The learning rate that suits it, for a rule that is not told, relative to SGD's.
    pub fn relative_rate(self) -> f32 {
        if self.is_adam() { 0.03 } else { 1.0 }
    }
}

/// A rule with its hyper-parameters on the device.
pub struct Optimiser {
    ctx: Context,
    rule: Rule,
    momentum: f32,
    weight_decay: f32,
    hyper: Tensor,
    /// The number of the step, which the device counts.
    step: Tensor<u32>,
}

impl Optimiser {
    pub fn new(ctx: &Context, args: &TrainArgs) -> Result<Self> {
        let hyper = ctx.zeros(&[if args.optimizer.is_adam() { 5 } else { 3 }])?;
        let step = ctx.zeros(&[1])?;
        let (rule, momentum, weight_decay) = (args.optimizer, args.momentum, args.weight_decay);
        let optimiser = Optimiser { ctx: ctx.clone(), rule, momentum, weight_decay, hyper, step };
        optimiser.set_learning_rate(args.learning_rate())?;
        Ok(optimiser)
    }

    /// Sets the learning rate of the steps that are run from now on.
    pub fn set_learning_rate(&self, rate: f32) -> Result<()> {
        if !self.rule.is_adam() {
            return self.hyper.write(&[rate, self.momentum, self.weight_decay]);
        }
        let weight_decay = f64::from(self.weight_decay);
        self.hyper.write(&AdamHyper { learning_rate: rate.into(), weight_decay, ..AdamHyper::default() }.values()?)
    }

    /// Records a step of each parameter, with moments of its own.
    pub fn update(&self, p: &mut Program, gradients: &Gradients) -> Result<()> {
        if self.rule.is_adam() {
            p.advance(&self.step)?;
        }
        for (w, dw) in gradients {
            let zeros = || self.ctx.zeros(w.shape());
            match self.rule {
                Rule::Sgd => p.sgd(w, dw, &zeros()?, &self.hyper)?,
                Rule::Nesterov => p.sgd_nesterov(w, dw, &zeros()?, &self.hyper)?,
                Rule::Adam => p.adam(w, dw, [&zeros()?, &zeros()?], &self.hyper, &self.step)?,
                Rule::Adamw => p.adamw(w, dw, [&zeros()?, &zeros()?], &self.hyper, &self.step)?,
            }
        }
        Ok(())
    }
}
