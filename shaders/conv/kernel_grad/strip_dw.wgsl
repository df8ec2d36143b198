// What kernel gradients by strips are given, and how they store dw.
@group(0) @binding(0) var<uniform> all: KernelGradParams;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

fn store_one(at: u32, exists: bool, sum: f32) {
    if (exists) {
        if (ACCUMULATE == 1u) {
            dw[at] += sum;
        } else {
            dw[at] = sum;
        }
    }
}
