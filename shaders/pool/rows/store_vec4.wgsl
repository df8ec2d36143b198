// Stores four elements at element `at` of the result's binding: both it and the number of all elements are multiples of 4.
@group(0) @binding(3) var<storage, read_write> out: array<StoredQuad>;

fn store_four(at: u32, first: u32, values: vec4<f32>) {
    store_quad(at / 4u, values);
}
