const MOST_CLASSES: u32 = 32u;

// A class along one axis; its number is also the first cell of out that it owns, behind out_base.
struct AxisClass {
    // Cell of in under its first cell and first tap.
    start: i32,
    // Taps that it has.
    taps: u32,
    // Cells of out that it owns: first, first + OUT_STRIDE, ...
    cells: u32,
    // Taps of the classes before it.
    taps_before: u32,
}
