// a / b for a below 2^20: the float's error is then less than the half that keeps it from the next integer. A software device
// divides integers lane by lane.
fn quotient(a: u32, b: u32) -> u32 {
    return u32((f32(a) + 0.5) / f32(b));
}
