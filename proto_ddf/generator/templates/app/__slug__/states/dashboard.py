"""The state of the dashboard: the row counts of the tables, and the points of the charts."""

import asyncio
from typing import ClassVar

import reflex as rx

from ..charts import Chart, ChartPoints, chart_data
from ..data import count_rows
from ..errors import DataError, Problem
from ..filters import Query
from ..views import views_in_order


class DashboardMixin(rx.State, mixin=True):
    """The dashboard. The page's state lists its charts in `shown_charts`."""

    shown_charts: ClassVar[tuple[Chart, ...]]

    counts: dict[str, str] = {}
    """Number of rows by table."""
    chart_points: dict[str, ChartPoints] = {}
    """The data of each chart, by its id."""
    problem: Problem = Problem()

    @rx.event(background=True, supersedes=True)
    async def opened(self):
        """Load the counts, then the charts; each is shown as soon as it is loaded."""
        async with self:
            self.problem = Problem()
        try:
            for view in views_in_order():
                count = await asyncio.to_thread(count_rows, view, Query())
                async with self:
                    self.counts[view.name] = str(count)
            for chart in self.shown_charts:
                chart_points = await asyncio.to_thread(chart_data, chart)
                async with self:
                    self.chart_points[chart.id] = chart_points
        except DataError as error:
            async with self:
                self.problem = error.problem
