// One dispatch over a run of elements.
struct ElementwiseParams {
    // Values: elements, or fours of them.
    count: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}
