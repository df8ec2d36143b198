// One dispatch of a batch normalisation. A Value is an element, or four that follow each other in a plane; a slice is what one
// workgroup reduces of a channel. Where channels are last, a Value is four channels of one cell, a slice so many cells of all.
struct BatchNormParams {
    channels: u32,
    // Values of a plane, or of a cell.
    plane: u32,
    // Values of a channel, or cells, in this dispatch, and how many a slice has.
    positions: u32,
    per_slice: u32,
    slices: u32,
    // Value of the bindings at which this dispatch's samples start.
    base: u32,
    // Values of this dispatch.
    count: u32,
    // How far WORKGROUP_SIZE positions of a channel are: whole samples, in Values, and cells of the plane.
    step_samples: u32,
    step_cells: u32,
    // Places in the workspace: what is read, and what is written.
    source: u32,
    result: u32,
    // Slices that one invocation merges.
    merged: u32,
    magic_plane: u32,
    shift_plane: u32,
    magic_channels: u32,
    shift_channels: u32,
    // 1: the result goes through ReLU.
    relu: u32,
    // Elements of a channel in the whole batch.
    elements: f32,
    eps: f32,
    momentum: f32,
}

// The Values that an invocation over all elements owns: from where on, how far apart, and where there are no more.
struct Block {
    first: u32,
    apart: u32,
    end: u32,
}
