/** Black on white, so that it prints as it looks. */
export const PAGE_STYLE = `
body { font: 15px/1.45 system-ui, sans-serif; color: #000; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.75rem 0; }
th, td { text-align: left; padding: 0.2rem 0.9rem 0.2rem 0; border-bottom: 1px solid #bbb; vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; font: 13px system-ui, sans-serif; }
.grid { stroke: #ddd; fill: none; }
.asked { stroke: #000; stroke-width: 1; stroke-dasharray: 1 3; fill: none; }
.line { stroke: #000; stroke-width: 1.6; fill: none; }
.leader { stroke: #999; stroke-width: 0.6; fill: none; }
.mark { fill: #fff; stroke: #000; stroke-width: 1.2; }
.curve:hover .line { stroke-width: 4; }
summary { cursor: pointer; }
`;
