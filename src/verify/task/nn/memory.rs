//! What moves elements and changes their type, and computes nothing.

use super::{Pass, Task, exact, exactly};
use crate::element::ElementType;
use crate::layout::Layout;
use crate::plan::Operand;
use crate::reference;
use crate::verify::task::Expected;

impl Pass<'_> {
    /// Both ways by the same reference, in the order of memory.
    pub(super) fn transposition(&self) -> Task {
        let [batch, channels, cells] = self.case.extents();
        let element = self.case.element;
        // Every type holds these.
        let x = self.integers(Operand::X, if element == ElementType::F32 { 1 << 20 } else { 250 });
        let (rows, columns) = match self.case.x_layout {
            Layout::ChannelsFirst => (channels, cells),
            Layout::ChannelsLast => (cells, channels),
        };
        let y = reference::layout::transpose(batch, rows, columns, &x);
        let layout = self.case.layout(Operand::Y);
        let expected = Expected { layout, element, ..self.expected(Operand::Y, exactly(&y)) };
        Task { inputs: vec![(Operand::X, element.words(&x))], expected: vec![expected] }
    }

    /// Numbers of 13 bits and many sizes, which both 16-bit types round, and which are in the range of both.
    pub(super) fn conversion(&self, target: ElementType) -> Task {
        let source = self.case.element;
        let sized = |(i, value): (usize, f32)| value * 2f32.powi((i % 15) as i32 - 12);
        let x: Vec<f32> = self.integers(Operand::X, 1 << 12).into_iter().enumerate().map(sized).collect();
        let x = source.values(&source.words(&x), x.len());
        let y = x.iter().map(|&value| target.round(value.into())).collect();
        let expected = Expected { element: target, ..self.expected(Operand::Y, exact(y)) };
        Task { inputs: vec![(Operand::X, source.words(&x))], expected: vec![expected] }
    }
}
