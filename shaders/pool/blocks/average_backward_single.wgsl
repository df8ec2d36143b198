// `pool/blocks/average_backward.wgsl` with rows of any length.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
