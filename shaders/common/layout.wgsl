// Where the elements of a tensor lie whose channels come first in memory ([N, C, cells]; LAST constants are 0) or last
// ([N, cells, C]; 1). A sample is as long in either.

// Elements from a cell to the next one along w.
fn cell_step(last: u32, channels: u32) -> u32 {
    return select(1u, channels, last == 1u);
}

// Elements from a channel to the next, in a plane of so many cells.
fn channel_step(last: u32, plane: u32) -> u32 {
    return select(plane, 1u, last == 1u);
}
