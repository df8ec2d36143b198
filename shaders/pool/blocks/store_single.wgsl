// Stores the first `count` of four elements from element `at` of the result on.
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;

fn store_four(at: u32, count: u32, values: vec4<f32>) {
    store_at(at + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(count - 1u)), count, values);
}
