// Stores the four elements from `first` on, as many as there are, at element `at` of the result's binding.
@group(0) @binding(3) var<storage, read_write> out: array<Stored>;

fn store_four(at: u32, first: u32, values: vec4<f32>) {
    store_at(vec4<u32>(at) + vec4<u32>(0u, 1u, 2u, 3u), params.count - first, values);
}
