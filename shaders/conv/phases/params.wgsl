// An input gradient with strides, of few channels, as convolutions with stride 1 of many (src/conv/gather/phases.rs). Along an axis, cell
// i belongs to class i % stride, and the classes of as many taps are a set, of which there are at most two. A part is a set along
// each axis: the convolution whose outputs are the channels times the classes. Of it, here are
//
//   the kernel [groups][outputs, classes][inputs][taps]   and   the sums [samples][groups][outputs, classes][cells]
//
// where classes, taps and cells are those of the sets along d, h and w.
const MOST_CLASSES: u32 = 32u;
const MOST_SETS: u32 = 2u;

// A class along an axis.
struct PhaseClass {
    // Its set, its number in that, and the cell of the set that is its first.
    sort: u32,
    index: u32,
    offset: u32,
    taps: u32,
}

struct PhaseSet {
    classes: u32,
    cells: u32,
    taps: u32,
    unused: u32,
}

// Where a part's kernel begins, and its sums.
struct PhasePart {
    kernel: u32,
    sums: u32,
    unused_a: u32,
    unused_b: u32,
}

struct PhaseParams {
    // Invocations.
    count: u32,
    // Of dx, of all groups; of a group, those and those of dy.
    channels: u32,
    outputs: u32,
    inputs: u32,
    // Elements of w from one group, output and input to the next.
    group_stride: u32,
    output_stride: u32,
    input_stride: u32,
    // Of a leaky ReLU.
    slope: f32,
    taps_d: u32,
    taps_h: u32,
    taps_w: u32,
    extent_d: u32,
    extent_h: u32,
    extent_w: u32,
    // Classes along each axis: the strides.
    classes_d: u32,
    classes_h: u32,
    classes_w: u32,
    // The first tap of class 0.
    first_d: u32,
    first_h: u32,
    first_w: u32,
    // Cells of the class that has most along w.
    across: u32,
    // Division by the channels, extents, classes and that (common/divide.wgsl).
    magic_channels: u32,
    shift_channels: u32,
    magic_d: u32,
    shift_d: u32,
    magic_h: u32,
    shift_h: u32,
    magic_across: u32,
    shift_across: u32,
    magic_classes_d: u32,
    shift_classes_d: u32,
    magic_classes_h: u32,
    shift_classes_h: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
    sets: array<PhaseSet, 6>,
    parts: array<PhasePart, 8>,
    classes: array<PhaseClass, 96>,
}

fn class_on(axis: u32, number: u32) -> PhaseClass {
    return params.classes[axis * MOST_CLASSES + number];
}

fn set_on(axis: u32, sort: u32) -> PhaseSet {
    return params.sets[axis * MOST_SETS + sort];
}

fn part_of(d: u32, h: u32, w: u32) -> PhasePart {
    return params.parts[(d * MOST_SETS + h) * MOST_SETS + w];
}
