//! The parts of a kernel that depend on the type of its tensors: how elements are read, and how they are stored. A kernel that
//! takes several types lists the parts for f32; the specialiser puts others in their place.

use super::Slot;
use crate::element::ElementType;
use crate::plan::DeviceLimits;

/// How shaders read and write a type on a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Storage {
    #[default]
    F32,
    /// As the shaders' own type.
    F16,
    /// As halves of words.
    F16Packed,
    Bf16,
}

/// The part with which elements are read.
pub(crate) const ELEMENT: &str = include_str!("../../shaders/common/element/f32.wgsl");
/// The part with which they are stored.
pub(crate) const STORE: &str = include_str!("../../shaders/common/store/f32.wgsl");
/// The part with which they are stored four at a time.
pub(crate) const STORE_QUAD: &str = include_str!("../../shaders/common/store/quad_f32.wgsl");

const ELEMENT_F16: &str = include_str!("../../shaders/common/element/f16.wgsl");
const ELEMENT_F16_PACKED: &str = include_str!("../../shaders/common/element/f16_packed.wgsl");
const ELEMENT_BF16: &str = include_str!("../../shaders/common/element/bf16.wgsl");
const STORE_F16: &str = include_str!("../../shaders/common/store/f16.wgsl");
const STORE_PACKED: &str = include_str!("../../shaders/common/store/packed.wgsl");
const STORE_QUAD_F16: &str = include_str!("../../shaders/common/store/quad_f16.wgsl");
const STORE_QUAD_PACKED: &str = include_str!("../../shaders/common/store/quad_packed.wgsl");
const F16_BITS: &str = include_str!("../../shaders/common/store/f16_bits.wgsl");
const F16_ROUNDED: &str = include_str!("../../shaders/common/store/f16_rounded.wgsl");
const F16_VALUE: &str = include_str!("../../shaders/common/store/f16_value.wgsl");
const BF16_BITS: &str = include_str!("../../shaders/common/store/bf16_bits.wgsl");

impl Storage {
    pub(crate) fn of(element: ElementType, limits: &DeviceLimits) -> Storage {
        match element {
            ElementType::F32 => Storage::F32,
            ElementType::F16 if limits.shader_f16 => Storage::F16,
            ElementType::F16 => Storage::F16Packed,
            ElementType::Bf16 => Storage::Bf16,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Storage::F32 => "f32",
            Storage::F16 => "f16",
            Storage::F16Packed => "f16_packed",
            Storage::Bf16 => "bf16",
        }
    }
}

/// What a kernel reads its operands as, and its output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Storages {
    pub input: Storage,
    pub output: Storage,
}

impl Storages {
    /// What stands in the place of a part.
    pub(crate) fn parts(self, part: &'static str) -> Vec<&'static str> {
        match part {
            ELEMENT => match self.input {
                Storage::F32 => vec![ELEMENT],
                Storage::F16 => vec![ELEMENT_F16],
                Storage::F16Packed => vec![ELEMENT_F16_PACKED],
                Storage::Bf16 => vec![ELEMENT_BF16],
            },
            STORE => match self.output {
                Storage::F32 => vec![STORE],
                Storage::F16 => vec![STORE_F16, F16_ROUNDED, F16_BITS],
                Storage::F16Packed => vec![STORE_PACKED, F16_BITS, F16_VALUE],
                Storage::Bf16 => vec![STORE_PACKED, BF16_BITS],
            },
            STORE_QUAD => match self.output {
                Storage::F32 => vec![STORE_QUAD],
                Storage::F16 => vec![STORE_QUAD_F16, F16_ROUNDED, F16_BITS],
                Storage::F16Packed => vec![STORE_QUAD_PACKED, F16_BITS, F16_VALUE],
                Storage::Bf16 => vec![STORE_QUAD_PACKED, BF16_BITS],
            },
            part => vec![part],
        }
    }

    /// The least bytes that a slot can be given.
    pub(crate) fn least_bytes(self, slot: &Slot) -> u32 {
        let storage = if slot.writable { self.output } else { self.input };
        if slot.is_quad && storage != Storage::F32 { slot.bytes / 2 } else { slot.bytes }
    }

    /// What a module begins with.
    pub(crate) fn prefix(self) -> &'static str {
        if [self.input, self.output].contains(&Storage::F16) { "enable f16;\n" } else { "" }
    }

    /// What is said of it behind a kernel's name: nothing of f32.
    pub(crate) fn suffix(self) -> String {
        match (self.input, self.output) {
            (Storage::F32, Storage::F32) => String::new(),
            (input, output) if input == output => format!(" {}", input.name()),
            (input, output) => format!(" {} to {}", input.name(), output.name()),
        }
    }
}
