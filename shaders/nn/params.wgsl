// One dispatch over a run of elements.
struct ElementwiseParams {
    // Values: elements, or fours of them.
    count: u32,
    // Of what is scaled.
    factor: f32,
    // Of a leaky ReLU.
    slope: f32,
    unused: u32,
}
