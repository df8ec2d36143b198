// One dispatch of dropout.
struct DropoutParams {
    // Values: elements, or fours of them.
    count: u32,
    // Element of the tensor at which the dispatch starts.
    first: u32,
    // Random words below it drop their element.
    threshold: u32,
    // What the others are multiplied by: 1 / (1 - probability).
    scale: f32,
    seed_low: u32,
    seed_high: u32,
    unused_a: u32,
    unused_b: u32,
}
