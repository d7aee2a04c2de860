"""The state behind the dashboard: the counts of the tables, and the points of the charts."""

import asyncio
from typing import ClassVar

import reflex as rx

from ..charts import Chart, Drawn, chart_data
from ..data import count_rows
from ..errors import DataError, Problem
from ..filters import Query
from ..views import views_in_order


class DashboardMixin(rx.State, mixin=True):
    """The dashboard; the page's state names its charts by `shown_charts`."""

    shown_charts: ClassVar[tuple[Chart, ...]]

    counts: dict[str, str] = {}
    """Rows by table."""
    drawn: dict[str, Drawn] = {}
    """What each chart draws."""
    problem: Problem = Problem()

    @rx.event(background=True, supersedes=True)
    async def opened(self):
        """Read the counts, then the charts, each shown as soon as it is there."""
        async with self:
            self.problem = Problem()
        try:
            for view in views_in_order():
                count = await asyncio.to_thread(count_rows, view, Query())
                async with self:
                    self.counts[view.name] = str(count)
            for chart in self.shown_charts:
                drawn = await asyncio.to_thread(chart_data, chart)
                async with self:
                    self.drawn[chart.id] = drawn
        except DataError as error:
            async with self:
                self.problem = error.problem
