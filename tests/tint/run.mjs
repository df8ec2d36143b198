// Feeds Tint, the compiler of WGSL in Chromium, by Dawn for Node (npm package `webgpu`): every module must compile without a
// message, every pipeline be made, and every plan compute what naga's compilation computed. Exit code 1 otherwise.
//
//   node run.mjs FILE [FOLDER-WITH-node_modules]

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [file, folder = '.'] = process.argv.slice(2);
const { create, globals } = createRequire(resolve(folder, 'index.js'))('webgpu');
Object.assign(globalThis, globals);
const { computed_by, modules, pipelines, plans } = JSON.parse(readFileSync(file, 'utf8'));

// Kept for as long as there is anything of them: they own Dawn's threads.
globalThis.dawn = ['null', 'vulkan'].map((backend) => create([`backend=${backend}`]));

const faults = [];
const fault = (what) => {
    faults.push(what);
    console.log(`WRONG ${what}`);
};

// A device of a backend with all modules, its pipelines as they are asked for.
class Compiler {
    static async new(gpu) {
        const it = new Compiler();
        const adapter = await gpu.requestAdapter();
        if (!adapter) throw new Error('Dawn has no Vulkan adapter here; an old lavapipe lacks features that it needs');
        const has = (name) => adapter.features.has(name);
        const { description, subgroupMinSize, subgroupMaxSize } = adapter.info;
        it.description = description;
        it.subgroups = has('subgroups') && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : 0;
        it.device = await adapter.requestDevice({
            requiredFeatures: ['subgroups', 'shader-f16'].filter(has),
            requiredLimits: { maxStorageBuffersPerShaderStage: adapter.limits.maxStorageBuffersPerShaderStage },
        });
        it.device.addEventListener('uncapturederror', (event) => fault(event.error.message));
        it.pipelines = new Map();
        it.modules = [];
        // A module that needs subgroups of a size compiles wherever there are any; it runs only on those of its size.
        for (const { name, source, subgroup_size, shader_f16 } of modules) {
            if ((subgroup_size > 0 && !has('subgroups')) || (shader_f16 && !has('shader-f16'))) {
                it.modules.push(null);
                continue;
            }
            const module = it.device.createShaderModule({ code: source, label: name });
            const { messages } = await module.getCompilationInfo();
            const serious = messages.filter(({ type }) => type !== 'info');
            serious.forEach(({ type, lineNum, message }) => fault(`${name}: ${type} in line ${lineNum}: ${message}`));
            it.modules.push(serious.some(({ type }) => type === 'error') ? null : module);
        }
        return it;
    }

    async pipeline(module, entryPoint, constants) {
        const key = JSON.stringify([module, entryPoint, constants]);
        if (!this.pipelines.has(key)) {
            const compute = { module: this.modules[module], entryPoint, constants };
            this.device.pushErrorScope('validation');
            const made = this.device.createComputePipeline({ layout: 'auto', compute });
            const error = await this.device.popErrorScope();
            if (error) fault(`${modules[module].name} ${key}: ${error.message}`);
            this.pipelines.set(key, error ? null : made);
        }
        return this.pipelines.get(key);
    }

    runs(module) {
        return this.modules[module] && [0, this.subgroups].includes(modules[module].subgroup_size);
    }
}

// Without a driver: what Tint says of a pipeline with its overrides.
const frontend = await Compiler.new(globalThis.dawn[0]);
let count = 0;
for (const [module, entry, constants] of pipelines) {
    if (frontend.modules[module]) {
        await frontend.pipeline(module, entry, constants);
        count += 1;
    }
}
console.log(`${modules.length} modules, ${count} of ${pipelines.length} pipelines of the catalogue`);
const compiler = await Compiler.new(globalThis.dawn[1]);
const { device } = compiler;
console.log(`Tint on ${compiler.description}, subgroups of ${compiler.subgroups}; results by ${computed_by}`);

// The value of 16 bits: IEEE 754's binary16.
const half = (bits) => {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    const magnitude = exponent === 31 ? (fraction ? NaN : Infinity) : 2 ** (Math.max(exponent, 1) - 25) * (fraction + (exponent && 1024));
    return bits & 0x8000 ? -magnitude : magnitude;
};
// The numbers of a buffer, by the name of their type.
const readers = {
    f32: (bytes) => new Float32Array(bytes),
    u32: (bytes) => new Uint32Array(bytes),
    f16: (bytes) => Float64Array.from(new Uint16Array(bytes), half),
    bf16: (bytes) => new Float32Array(Uint32Array.from(new Uint16Array(bytes), (bits) => bits << 16).buffer),
};

const { STORAGE, UNIFORM, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
const buffer = (size, usage) => device.createBuffer({ size, usage });
let right = 0;
let skipped = 0;
for (const [number, { title, operands, steps }] of plans.entries()) {
    if (number % 25 === 0 && number > 0) console.log(`${number} of ${plans.length} plans`);
    if (!steps.every(({ module }) => compiler.runs(module))) {
        skipped += 1;
        continue;
    }
    const buffers = operands.map(({ bytes, input }) => {
        const made = buffer(bytes, STORAGE | COPY_DST | COPY_SRC);
        // NaN in every type where nothing was written.
        device.queue.writeBuffer(made, 0, input ? Uint32Array.from(input) : new Uint32Array(bytes / 4).fill(0x7fc17fc1));
        return made;
    });
    const encoder = device.createCommandEncoder();
    for (const { module, entry, overrides, params, grid, bindings } of steps) {
        const of = await compiler.pipeline(module, entry, overrides);
        if (!of) break;
        const uniform = buffer(params.length, UNIFORM | COPY_DST);
        device.queue.writeBuffer(uniform, 0, Uint8Array.from(params));
        const entries = bindings.map(([binding, operand, offset, size]) => ({
            binding,
            resource: { buffer: buffers[operand], offset, size },
        }));
        const group = device.createBindGroup({
            layout: of.getBindGroupLayout(0),
            entries: [{ binding: 0, resource: { buffer: uniform } }, ...entries],
        });
        const pass = encoder.beginComputePass();
        pass.setPipeline(of);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(...grid);
        pass.end();
    }
    const reads = operands.map(({ bytes, expected }, i) => {
        if (!expected) return null;
        const read = buffer(bytes, MAP_READ | COPY_DST);
        encoder.copyBufferToBuffer(buffers[i], 0, read, 0, bytes);
        return read;
    });
    device.queue.submit([encoder.finish()]);
    let wrong = 0;
    for (const [i, { name, element, expected, bounds }] of operands.entries()) {
        if (!expected) continue;
        await reads[i].mapAsync(GPUMapMode.READ);
        const found = readers[element](reads[i].getMappedRange());
        const first = expected.findIndex((right, at) => !(Math.abs(found[at] - right) <= bounds[at]));
        if (first >= 0) {
            wrong += 1;
            fault(`${title}: ${name}[${first}] is ${found[first]} instead of ${expected[first]}, of which it may be ${bounds[first]} off`);
        }
        reads[i].unmap();
    }
    right += wrong === 0 ? 1 : 0;
    buffers.forEach((one) => one.destroy());
}
console.log(`${right} plans right, ${skipped} of ${plans.length} skipped (subgroups of another size, no f16); ${faults.length} faults`);
process.exit(faults.length > 0 || right === 0 || count === 0 ? 1 : 0);
