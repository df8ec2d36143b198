// The scene: coloured balls on a tiled floor under the sky, one ray a pixel, with shadows and one reflection.

struct Ball {
    centre: vec3<f32>,
    radius: f32,
    colour: vec3<f32>,
}

const BALLS = 6u;
const FAR = 1e9;
const LIGHT = vec3<f32>(0.48, 0.72, -0.5);

fn ball(index: u32) -> Ball {
    switch index {
        case 0u: { return Ball(vec3<f32>(-1.7, 1.0, 0.9), 1.0, vec3<f32>(0.83, 0.22, 0.18)); }
        case 1u: { return Ball(vec3<f32>(0.45, 0.8, -0.1), 0.8, vec3<f32>(0.95, 0.69, 0.16)); }
        case 2u: { return Ball(vec3<f32>(2.35, 1.25, 1.6), 1.25, vec3<f32>(0.16, 0.47, 0.72)); }
        case 3u: { return Ball(vec3<f32>(-0.65, 0.4, -1.3), 0.4, vec3<f32>(0.2, 0.62, 0.4)); }
        case 4u: { return Ball(vec3<f32>(1.6, 0.33, -1.35), 0.33, vec3<f32>(0.78, 0.4, 0.62)); }
        default: { return Ball(vec3<f32>(0.2, 1.9, 5.5), 1.9, vec3<f32>(0.88, 0.88, 0.84)); }
    }
}

/// One triangle that covers the whole target.
@vertex
fn corners(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    return vec4<f32>(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

struct Hit {
    distance: f32,
    normal: vec3<f32>,
    colour: vec3<f32>,
}

fn nearest(origin: vec3<f32>, direction: vec3<f32>) -> Hit {
    var hit = Hit(FAR, vec3<f32>(0.0, 1.0, 0.0), vec3<f32>(0.0));
    if direction.y < -1e-4 {
        hit.distance = -origin.y / direction.y;
        let tile = floor((origin + hit.distance * direction).xz * 0.8);
        let odd = abs(tile.x + tile.y) % 2.0;
        hit.colour = mix(vec3<f32>(0.86, 0.83, 0.77), vec3<f32>(0.36, 0.39, 0.43), odd);
    }
    for (var i = 0u; i < BALLS; i++) {
        let b = ball(i);
        let to = b.centre - origin;
        let along = dot(to, direction);
        let inside = b.radius * b.radius - dot(to, to) + along * along;
        let distance = along - sqrt(max(inside, 0.0));
        if inside > 0.0 && distance > 1e-3 && distance < hit.distance {
            hit = Hit(distance, (distance * direction - to) / b.radius, b.colour);
        }
    }
    return hit;
}

fn sky(direction: vec3<f32>) -> vec3<f32> {
    return mix(vec3<f32>(0.93, 0.9, 0.84), vec3<f32>(0.42, 0.63, 0.86), sqrt(max(direction.y, 0.0)));
}

/// Haze hides where the floor's tiles become smaller than pixels.
fn clearness(distance: f32) -> f32 {
    return exp(-0.0025 * distance * distance);
}

fn shade(hit: Hit, at: vec3<f32>, direction: vec3<f32>) -> vec3<f32> {
    if hit.distance >= FAR {
        return sky(direction);
    }
    let light = normalize(LIGHT);
    let lit = f32(nearest(at + hit.normal * 2e-3, light).distance >= FAR);
    let diffuse = max(dot(hit.normal, light), 0.0) * lit;
    let highlight = pow(max(dot(reflect(direction, hit.normal), light), 0.0), 60.0) * lit;
    let colour = hit.colour * (0.34 + 0.75 * diffuse) + vec3<f32>(0.5 * highlight);
    return mix(sky(direction), colour, clearness(hit.distance));
}

@group(0) @binding(0) var<uniform> size: vec4<f32>;

@fragment
fn scene(@builtin(position) pixel: vec4<f32>) -> @location(0) vec4<f32> {
    let eye = vec3<f32>(0.3, 1.9, -6.5);
    let plane = (pixel.xy * 2.0 - size.xy) / size.y;
    let direction = normalize(vec3<f32>(plane.x * 0.62, -plane.y * 0.62 - 0.13, 1.6));
    let hit = nearest(eye, direction);
    let at = eye + hit.distance * direction;
    var colour = shade(hit, at, direction);
    if hit.distance < FAR {
        let mirrored = reflect(direction, hit.normal);
        let start = at + hit.normal * 2e-3;
        let second = nearest(start, mirrored);
        let strength = 0.06 + 0.4 * pow(1.0 - abs(dot(direction, hit.normal)), 4.0);
        let reflection = shade(second, start + second.distance * mirrored, mirrored);
        colour = mix(colour, reflection, strength * clearness(hit.distance));
    }
    return vec4<f32>(clamp(colour, vec3<f32>(0.0), vec3<f32>(1.0)), 1.0);
}
