"""The KPI store: relational tables of plans, measures, values, schedules, passages and FAQ entries.

SQLite in WAL mode by default, PostgreSQL by DATABASE_URL. Every row that can be quoted carries its place in the plan.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Engine,
    ForeignKey,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
    sessionmaker,
)

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("KEIKAKU_VAR") or ROOT / "var")


def now() -> datetime:
    return datetime.now(timezone.utc)


class Base(DeclarativeBase):
    """Tables of the knowledge base."""

    type_annotation_map = {dict[str, Any]: JSON, dict[str, str]: JSON, list[str]: JSON, list[int]: JSON}


class PlanRow(Base):
    """A plan document as loaded. A newer edition of the same title is a row of its own; `current` marks the one in use."""

    __tablename__ = "plans"
    id: Mapped[int] = mapped_column(primary_key=True)
    checksum: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    subtitle: Mapped[str]
    issued: Mapped[str]
    issuer: Mapped[str]
    source: Mapped[str]
    edition: Mapped[int] = mapped_column(default=1)
    digest: Mapped[str | None]
    confidence: Mapped[float | None]
    current: Mapped[bool] = mapped_column(default=True)
    loaded_at: Mapped[datetime] = mapped_column(default=now)
    chapters: Mapped[list[ChapterRow]] = relationship(
        back_populates="plan", cascade="all, delete-orphan", order_by="ChapterRow.no"
    )
    measures: Mapped[list[MeasureRow]] = relationship(
        back_populates="plan", cascade="all, delete-orphan", order_by="MeasureRow.no"
    )
    passages: Mapped[list[PassageRow]] = relationship(
        back_populates="plan", cascade="all, delete-orphan", order_by="PassageRow.id"
    )

    @property
    def name(self) -> str:
        """How sources name the plan: 鳥取県情報技術活用推進計画（令和3年4月）."""
        return f"{self.title}（{self.issued}）" if self.issued else self.title


class ChapterRow(Base):
    __tablename__ = "chapters"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    no: Mapped[int]
    title: Mapped[str]
    plan: Mapped[PlanRow] = relationship(back_populates="chapters", lazy="immediate")
    measures: Mapped[list[MeasureRow]] = relationship(back_populates="chapter", order_by="MeasureRow.no")


class DepartmentRow(Base):
    """A department (担当所属) under its full printed name."""

    __tablename__ = "departments"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class OwnerRow(Base):
    """Which departments own a measure, in printed order."""

    __tablename__ = "owners"
    measure_id: Mapped[int] = mapped_column(ForeignKey("measures.id"), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), primary_key=True)
    position: Mapped[int]
    department: Mapped[DepartmentRow] = relationship(lazy="joined")


class MeasureRow(Base):
    """A measure (個別施策). `no` counts within its plan; `label` is its number as printed (施策1-2) where that is another.

    `kpi_unset`: the plan's words where it sets no KPI yet. `owner_section`: the printed heading of the owner cell.
    """

    __tablename__ = "measures"
    __table_args__ = (UniqueConstraint("plan_id", "no"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    chapter_id: Mapped[int | None] = mapped_column(ForeignKey("chapters.id"))
    no: Mapped[int]
    title: Mapped[str]
    title_printed: Mapped[str]
    page: Mapped[int | None]
    owners_printed: Mapped[str]
    kpi_unset: Mapped[str | None]
    label: Mapped[str | None]
    owner_section: Mapped[str | None]
    plan: Mapped[PlanRow] = relationship(back_populates="measures", lazy="immediate")
    chapter: Mapped[ChapterRow | None] = relationship(back_populates="measures")
    owners: Mapped[list[OwnerRow]] = relationship(cascade="all, delete-orphan", order_by="OwnerRow.position")
    kpis: Mapped[list[KpiRow]] = relationship(
        back_populates="measure", cascade="all, delete-orphan", order_by="KpiRow.row"
    )
    schedule: Mapped[list[ScheduleRow]] = relationship(
        back_populates="measure", cascade="all, delete-orphan", order_by="ScheduleRow.row"
    )
    passages: Mapped[list[PassageRow]] = relationship(back_populates="measure", order_by="PassageRow.id")

    @property
    def number(self) -> str:
        """How the measure is named by number: as printed, or 施策9."""
        return self.label or f"施策{self.no}"

    @property
    def ref(self) -> str:
        """What links and frames call it: unique over all plans."""
        return f"measure:{self.id}"


class KpiRow(Base):
    """A KPI (指標): one row of a measure's table; a sub-row names its parent.

    `section` and `page` say where its table is printed, which may be far from the measure (None: as the measure).
    """

    __tablename__ = "kpis"
    __table_args__ = (UniqueConstraint("measure_id", "row"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measures.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("kpis.id"))
    row: Mapped[int]
    name: Mapped[str]
    unit: Mapped[str | None]
    notes: Mapped[list[str]]
    section: Mapped[str | None]
    page: Mapped[int | None]
    measure: Mapped[MeasureRow] = relationship(back_populates="kpis", lazy="immediate")
    parent: Mapped[KpiRow | None] = relationship(remote_side=[id], back_populates="children", lazy="immediate")
    children: Mapped[list[KpiRow]] = relationship(back_populates="parent", order_by="KpiRow.row")
    values: Mapped[list[ValueRow]] = relationship(cascade="all, delete-orphan", order_by="ValueRow.id")

    @property
    def baseline(self) -> ValueRow | None:
        return next((value for value in self.values if value.kind == "baseline"), None)

    @property
    def targets(self) -> dict[int, ValueRow]:
        """Fiscal year → target cell, in order of years."""
        return self._of_kind("target")

    @property
    def actuals(self) -> dict[int, ValueRow]:
        """Fiscal year → what was reached, as the plan prints it, in order of years."""
        return self._of_kind("actual")

    def _of_kind(self, kind: str) -> dict[int, ValueRow]:
        cells = {value.year: value for value in self.values if value.kind == kind and value.year is not None}
        return dict(sorted(cells.items()))


class ValueRow(Base):
    """One cell: `kind` is baseline, target or actual; `text` is as printed; `column` is its heading."""

    __tablename__ = "kpi_values"
    __table_args__ = (UniqueConstraint("kpi_id", "kind", "year"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kpi_id: Mapped[int] = mapped_column(ForeignKey("kpis.id"))
    kind: Mapped[str]
    year: Mapped[int | None]
    text: Mapped[str]
    number: Mapped[float | None]
    unit: Mapped[str | None]
    bracket: Mapped[str | None]
    as_of: Mapped[str | None]
    column: Mapped[str]


class ScheduleRow(Base):
    """A schedule item (取組内容). Cells map a fiscal year to its text; a year without text has no cell."""

    __tablename__ = "schedule_items"
    __table_args__ = (UniqueConstraint("measure_id", "row"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measures.id"))
    row: Mapped[int]
    name: Mapped[str]
    section: Mapped[str | None]
    page: Mapped[int | None]
    measure: Mapped[MeasureRow] = relationship(back_populates="schedule", lazy="immediate")
    cells: Mapped[list[ScheduleCellRow]] = relationship(cascade="all, delete-orphan", order_by="ScheduleCellRow.year")


class ScheduleCellRow(Base):
    __tablename__ = "schedule_cells"
    item_id: Mapped[int] = mapped_column(ForeignKey("schedule_items.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None]


class PassageRow(Base):
    """A stretch of plan text that stands alone; `section`, `heading` and the measure say where it is printed.

    `printed` is the section's own name where the plan calls it differently (現状と課題 for 現状・課題).
    """

    __tablename__ = "passages"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    measure_id: Mapped[int | None] = mapped_column(ForeignKey("measures.id"))
    section: Mapped[str]
    heading: Mapped[str | None]
    text: Mapped[str]
    printed: Mapped[str | None]
    page: Mapped[int | None]
    plan: Mapped[PlanRow] = relationship(back_populates="passages", lazy="immediate")
    measure: Mapped[MeasureRow | None] = relationship(back_populates="passages", lazy="immediate")


class FaqRow(Base):
    """A verified FAQ entry: either quotes of the plan (`quotes`) or an answer with its own source.

    `definition` is the entry as its file has it, `digest` tells whether anything of it changed. An entry answers from
    `valid_from` to `valid_until`, both included.
    """

    __tablename__ = "faq_entries"
    id: Mapped[str] = mapped_column(primary_key=True)
    category: Mapped[str]
    answer: Mapped[str | None]
    source: Mapped[str | None]
    owner: Mapped[str | None]
    file: Mapped[str]
    questions: Mapped[list[str]]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    measures: Mapped[list[int]]
    kpis: Mapped[list[str]]
    definition: Mapped[dict[str, Any]]
    digest: Mapped[str]
    quotes: Mapped[list[FaqQuoteRow]] = relationship(
        back_populates="entry", cascade="all, delete-orphan", order_by="FaqQuoteRow.position"
    )

    def answers_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class FaqQuoteRow(Base):
    """What an entry shows of a passage, word for word."""

    __tablename__ = "faq_quotes"
    entry_id: Mapped[str] = mapped_column(ForeignKey("faq_entries.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    passage_id: Mapped[int] = mapped_column(ForeignKey("passages.id"))
    text: Mapped[str]
    entry: Mapped[FaqRow] = relationship(back_populates="quotes")
    passage: Mapped[PassageRow] = relationship()


class FaqVersionRow(Base):
    """The state of the FAQ files after a change: path → checksum of its text. `previous` is what undoing returns to."""

    __tablename__ = "faq_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("faq_versions.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    who: Mapped[str]
    what: Mapped[str]
    files: Mapped[dict[str, str]]


class FaqTextRow(Base):
    """The bytes of a FAQ file as some version had them, stored once."""

    __tablename__ = "faq_texts"
    checksum: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


def database_url() -> str:
    """DATABASE_URL, or the SQLite file under var/."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'keikaku.db'}"


def make_engine(url: str | None = None) -> Engine:
    """An engine with the settings that several processes on one SQLite file need (WAL, 10 s busy timeout, foreign keys)."""
    url = url or database_url()
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _configure(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    return engine


class Store:
    """Sessions on the knowledge base."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine or make_engine()
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    def create(self) -> None:
        """Make the tables that are missing."""
        if self.engine.dialect.name == "sqlite" and self.engine.url.database:
            Path(self.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        self._drop_outdated()
        Base.metadata.create_all(self.engine)
        self._add_missing_columns()

    def _add_missing_columns(self) -> None:
        """A knowledge base of an earlier version gets the columns that came since; they may all be empty."""
        present = inspect(self.engine)
        with self.engine.begin() as connection:
            for table in Base.metadata.sorted_tables:
                known = {column["name"] for column in present.get_columns(table.name)}
                for column in table.columns:
                    if column.name not in known and column.nullable:
                        kind = column.type.compile(self.engine.dialect)
                        connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"))

    def _drop_outdated(self) -> None:
        """Drop the FAQ tables of an older release: they hold nothing that the files under data/faq do not."""
        found = inspect(self.engine)
        if not found.has_table(FaqRow.__tablename__):
            return
        columns = {column["name"] for column in found.get_columns(FaqRow.__tablename__)}
        if not {column.name for column in FaqRow.__table__.columns} <= columns:
            Base.metadata.drop_all(self.engine, [FaqQuoteRow.__table__, FaqRow.__table__])  # type: ignore[list-item]

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on an error."""
        with self._sessions.begin() as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Reads of one moment, whatever is committed meanwhile; nothing is written."""
        with self._sessions() as session:
            if self.engine.dialect.name == "sqlite":
                session.execute(text("BEGIN"))  # pysqlite begins none of its own for reading
            else:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session


def current_plans(session: Session) -> list[PlanRow]:
    """The plans in use, oldest first."""
    return list(session.scalars(select(PlanRow).where(PlanRow.current).order_by(PlanRow.id)))


def whole_plans(session: Session, ids: Sequence[int]) -> list[PlanRow]:
    """Plans with all that hangs on them, to be read when the session is over, oldest first."""
    kpis = selectinload(MeasureRow.kpis)
    query = (
        select(PlanRow)
        .where(PlanRow.id.in_(ids))
        .order_by(PlanRow.id)
        .options(
            selectinload(PlanRow.chapters).selectinload(ChapterRow.measures),
            selectinload(PlanRow.measures).options(
                joinedload(MeasureRow.chapter),
                selectinload(MeasureRow.owners),
                selectinload(MeasureRow.passages),
                kpis.options(selectinload(KpiRow.values), selectinload(KpiRow.children), joinedload(KpiRow.parent)),
                selectinload(MeasureRow.schedule).selectinload(ScheduleRow.cells),
            ),
            selectinload(PlanRow.passages).joinedload(PassageRow.measure),
        )
    )
    return list(session.scalars(query).unique())
