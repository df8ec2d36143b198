// `pool/planes/sum.wgsl` by one invocation a slice.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const LANES: u32 = 1u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PlanesParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;

fn over_lanes(value: f32, local: u32) -> f32 {
    return value;
}
