// `pool/planes/sum.wgsl` by several invocations a slice, whose results are joined in workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const LANES: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PlanesParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;

var<workgroup> shared_values: array<f32, WORKGROUP_SIZE>;

// The result of all lanes, for the first one.
fn over_lanes(value: f32, local: u32) -> f32 {
    var total = value;
    shared_values[local] = value;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local % LANES < half) {
            total = norm_value(with_value(with_value(no_norm(), total), shared_values[local + half]));
            shared_values[local] = total;
        }
    }
    return total;
}
