/* What the hub draws of ECharts, for static/vendor/echarts.js; VENDOR.md says how it is made. */
export { getInstanceByDom, init } from "echarts/core";
import { use } from "echarts/core";
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([AriaComponent, BarChart, CanvasRenderer, CustomChart, GridComponent, LineChart, MarkLineComponent, TooltipComponent]);
