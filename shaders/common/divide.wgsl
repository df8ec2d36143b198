// The upper half of the 64-bit product.
fn high_product(a: u32, b: u32) -> u32 {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let left = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
    let right = (a & 0xffffu) * (b >> 16u) + (left & 0xffffu);
    return (a >> 16u) * (b >> 16u) + (left >> 16u) + (right >> 16u);
}

// n / d by multiplication (Granlund and Montgomery): exact for every n. The host finds magic and shift of d
// (src/plan/divide.rs). A software device divides lane by lane, and no GPU divides integers by an instruction.
fn divide(n: u32, magic: u32, shift: u32) -> u32 {
    let t = high_product(n, magic);
    return (t + ((n - t) >> min(shift, 1u))) >> (max(shift, 1u) - 1u);
}
