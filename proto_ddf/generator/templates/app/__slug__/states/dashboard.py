"""The state of the dashboard: the key figures, the points of the charts, and the period that they are about."""

import asyncio
from typing import Any, ClassVar

import reflex as rx

from ..charts import Chart, ChartPoints, chart_data
from ..errors import DataError, Problem
from ..key_figures import KeyFigure, ShownFigure, figure_data
from ..periods import DAYS_BACK, LONGEST_DAY, OTHER_PERIOD, ChosenPeriod, Period
from .addresses import AddressMixin


class DashboardMixin(AddressMixin, mixin=True):
    """The dashboard. The page's state lists what it shows in `shown_figures` and `shown_charts`."""

    shown_figures: ClassVar[tuple[KeyFigure, ...]]
    shown_charts: ClassVar[tuple[Chart, ...]]

    figures: dict[str, ShownFigure] = {}
    """The key figures, by id."""
    chart_points: dict[str, ChartPoints] = {}
    """The data of each chart, by its id."""
    problem: Problem = Problem()
    period: str = ""
    """Empty: all time; a number of days until today; or OTHER_PERIOD."""
    period_start: str = ""
    period_end: str = ""
    period_problem: str = ""

    @rx.event
    def opened(self):
        """When the page is opened, or its address changes: show the period that the address says."""
        if self._is_own_move():
            return None
        chosen = ChosenPeriod.read(self.router.url.query)
        if chosen != self._chosen():
            self.figures, self.chart_points = {}, {}
        self.period, self.period_start, self.period_end = chosen.choice, chosen.start, chosen.end
        return self.__class__.load

    @rx.event(background=True, supersedes=True)
    async def load(self):
        """Load the key figures, then the charts; each is shown as soon as it is loaded."""
        async with self:
            self.problem, period = Problem(), self._period()
            self.period_problem = period.problem
            if period.problem:
                return
        try:
            for figure in self.shown_figures:
                shown = await asyncio.to_thread(figure_data, figure, period)
                async with self:
                    self.figures[figure.id] = shown
            for chart in self.shown_charts:
                chart_points = await asyncio.to_thread(chart_data, chart, period)
                async with self:
                    self.chart_points[chart.id] = chart_points
        except DataError as error:
            async with self:
                self.problem = error.problem

    @rx.event
    def set_period(self, period: str):
        """Choose a period, or that its days will be typed."""
        if period not in ("", OTHER_PERIOD, *DAYS_BACK):
            return None
        self.period = period
        return self._changed(replace=False)

    @rx.event
    def set_day(self, end: str, day: str):
        """Type the first or the last day of the period."""
        if end == "start":
            self.period_start = day[:LONGEST_DAY]
        else:
            self.period_end = day[:LONGEST_DAY]
        return self._changed(replace=True)

    def _period(self) -> Period:
        if self.period == OTHER_PERIOD:
            return Period(self.period_start, self.period_end)
        return Period.last(int(self.period)) if self.period else Period()

    def _chosen(self) -> ChosenPeriod:
        return ChosenPeriod(self.period, self.period_start, self.period_end)

    def _changed(self, *, replace: bool) -> Any:
        """Load the period, and put it into the page's address."""
        self.period_problem = self._period().problem
        if self.period_problem:
            return None
        self.figures, self.chart_points = {}, {}
        return [self.__class__.load, *self._move(self._chosen().address, replace=replace)]
