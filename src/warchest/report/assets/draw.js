(() => {
  const config = {
    responsive: true, displaylogo: false, showSendToCloud: false, plotlyServerURL: "",
    modeBarButtons: [["toImage"]],
  };
  const plots = [...document.querySelectorAll(".chart")];
  const draw = (plot, width) => {
    const { data, layout } = JSON.parse(document.getElementById(plot.dataset.figure).textContent);
    if (plot.clientWidth < 480) {
      layout.font.size = 11;
      layout.xaxis.nticks = Math.min(layout.xaxis.nticks, 5);
    }
    Plotly.newPlot(plot, data, width ? { ...layout, autosize: false, width } : layout, config);
  };
  const seen = (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
    watch.unobserve(entry.target);
    draw(entry.target);
  });
  const watch = new IntersectionObserver(seen, { rootMargin: "800px" });
  plots.forEach((plot) => watch.observe(plot));
  const all = (width) => plots.forEach((plot) => draw(plot, width));
  addEventListener("beforeprint", () => all(680));
  addEventListener("afterprint", () => all());
})();
