// Stores four elements at element `at` of the result's binding: both it and the number of all elements are multiples of 4.
@group(0) @binding(3) var<storage, read_write> result: array<vec4<f32>>;

fn store_four(at: u32, first: u32, values: vec4<f32>) {
    result[at / 4u] = values;
}
