// Stores four elements at element `at` of the result, a multiple of 4.
@group(0) @binding(2) var<storage, read_write> out: array<StoredQuad>;

fn store_four(at: u32, count: u32, values: vec4<f32>) {
    store_quad(at / 4u, values);
}
