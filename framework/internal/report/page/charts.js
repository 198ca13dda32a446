// The part of Apache ECharts that a report draws with; ./build bundles it.
import { init, use } from "echarts/core";
import { LineChart, ScatterChart, ParallelChart, HeatmapChart, CustomChart } from "echarts/charts";
import { GridComponent, TooltipComponent, LegendComponent, ParallelComponent, VisualMapComponent, AriaComponent, DataZoomInsideComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([LineChart, ScatterChart, ParallelChart, HeatmapChart, CustomChart, GridComponent, TooltipComponent, LegendComponent,
  ParallelComponent, VisualMapComponent, AriaComponent, DataZoomInsideComponent, CanvasRenderer]);
globalThis.assayCharts = { init };
