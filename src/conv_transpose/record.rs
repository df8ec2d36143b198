//! What the calls of both kinds of convolution share ([`crate::conv::record`]), of this one.

use super::desc::OPERATOR;
use super::{ConvTranspose, ConvTransposeProblem};
use crate::activation::Activation;
use crate::conv::record::{Convolution, Shaped};
use crate::conv::{ConvShapes, Epilogue, Pass};
use crate::error::Result;
use crate::layout::Layout;
use crate::plan::{Operand, Problem};

impl<const D: usize> Convolution for ConvTranspose<D> {
    const OPERATOR: &'static str = OPERATOR;
    const RANK: usize = D;
    type Problem = ConvTransposeProblem;

    fn problem(&self, shapes: &ConvShapes<'_>) -> Result<ConvTransposeProblem> {
        ConvTranspose::problem(self, shapes)
    }

    fn activation(&self) -> Activation {
        ConvTranspose::activation(self)
    }

    fn result_layout(&self, data: Layout) -> Layout {
        ConvTranspose::result_layout(self, data)
    }

    fn w_shape(&self, x: &[usize], dy: &[usize]) -> Result<Vec<usize>> {
        Convolution::check_groups(self, dy)?;
        Ok(ConvTranspose::w_shape(self, x[1], dy[1] / self.groups()))
    }

    fn check_groups(&self, dy: &[usize]) -> Result<()> {
        ConvTranspose::check_groups(self, Operand::Dy, dy)
    }
}

impl Shaped for ConvTransposeProblem {
    fn shape(&self, operand: Operand) -> Vec<usize> {
        match operand {
            Operand::X | Operand::Dx => self.x_shape(),
            Operand::W | Operand::Dw => self.w_shape(),
            Operand::Y | Operand::Dy => self.y_shape(),
            _ => self.b_shape(),
        }
    }

    fn layout(&self, operand: Operand) -> Layout {
        ConvTransposeProblem::layout(self, operand)
    }

    fn pass(self, pass: Pass, epilogue: Epilogue) -> Problem {
        Problem::ConvTranspose { problem: self, pass, epilogue: Epilogue::of(pass, epilogue) }
    }
}
