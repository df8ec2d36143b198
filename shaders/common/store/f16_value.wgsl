// The value of the f16 in the lower 16 bits.
fn value_of(half: u32) -> f32 {
    return unpack2x16float(half).x;
}
