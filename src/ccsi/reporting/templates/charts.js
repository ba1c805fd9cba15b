// Draws every specification in the element of its name, as wide as there is room.
{
  const font = "system-ui, -apple-system, 'Segoe UI', sans-serif";
  const fonts = {
    font,
    axis: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: "normal" },
    legend: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: "normal", symbolOpacity: 1 },
    header: { labelFontSize: 12 },
  };
  const specs = JSON.parse(document.getElementById("specs").textContent);
  for (const [id, spec] of Object.entries(specs)) {
    const room = document.getElementById(id).clientWidth;
    const narrow = room < 520;
    // Entries of a legend below the chart, as many beside each other as the longest lets fit; the
    // legend begins where the axis does.
    const longest = Math.max(0, ...spec.data.values.map((row) => String(row.rev ?? "").length));
    const columns = Math.max(1, Math.floor((room - 60) / Math.max(110, 7 * longest + 30)));
    const layout = { bottom: { direction: "vertical", anchor: "start", margin: 4 } }; // two legends
    const tall = { legend: { ...fonts.legend, orient: "bottom", columns, labelLimit: room - 40, layout } };
    const below = narrow || id === "accuracy" || spec.usermeta?.legend === "below";
    spec.config = { ...fonts, ...(below ? tall : {}), ...spec.config };
    if (spec.width?.step) {
      // Cells of a grid: as wide as the template has them, or as narrow as fits a small screen.
      const of = (channel) => new Set(spec.data.values.map((row) => row[spec.encoding[channel].field]));
      const labels = Math.min(160, 7 * Math.max(...[...of("y")].map((name) => String(name).length)));
      const cells = room - labels - 85 - (narrow ? 0 : 110);
      spec.width = { step: Math.max(18, Math.min(spec.width.step, Math.floor(cells / of("x").size))) };
    }
    if (spec.columns) {
      // Small multiples: as many beside each other as fit, and as wide as that lets them be.
      const fit = Math.max(1, Math.min(spec.columns, Math.floor(room / 300)));
      spec.columns = fit;
      spec.spec.width = Math.max(150, Math.floor(room / fit) - 76);
    }
    window.vegaEmbed(`#${id}`, spec);
  }
}
