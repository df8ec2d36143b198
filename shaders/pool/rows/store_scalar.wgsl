// Stores the four elements from `first` on, as many as there are, at element `at` of the result's binding.
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

fn store_four(at: u32, first: u32, values: vec4<f32>) {
    result[at] = values.x;
    if (first + 1u < params.count) {
        result[at + 1u] = values.y;
    }
    if (first + 2u < params.count) {
        result[at + 2u] = values.z;
    }
    if (first + 3u < params.count) {
        result[at + 3u] = values.w;
    }
}
