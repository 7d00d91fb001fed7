"""Synergies, with their messages, documents, log and the bids in them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_organization_to_trade
from accounts.models import Organization, Programme
from common.api import VersionedViewSet, checked
from common.errors import Forbidden, NotFound
from trading import access
from trading.api.base import TradingViewSet
from trading.api.read import (
    BidSerializer,
    EventSerializer,
    ImpactEntrySerializer,
    MessageSerializer,
    SynergyFileSerializer,
    SynergySerializer,
)
from trading.api.write import (
    ActingSerializer,
    AttributionSerializer,
    BidTermsSerializer,
    DeclarationSerializer,
    EnquirySerializer,
    FromMatchSerializer,
    LossSerializer,
    NewMessageSerializer,
    NextStepSerializer,
    ProposalSerializer,
    UploadSerializer,
    VerificationSerializer,
    acting_for,
    bid_terms_of,
)
from trading.models import Synergy
from trading.selectors.filters import SynergyFilter
from trading.selectors.impact import ledger_for, told
from trading.selectors.synergies import editable_of, synergy_events, synergy_messages
from trading.selectors.turns import with_turns
from trading.services import bids, impact, messages, synergies
from trading.services.impact import verify_year
from trading.services.synergies import (
    open_synergy_by_enquiry,
    open_synergy_by_facilitator,
    open_synergy_from_match,
    set_attribution,
    set_next_step,
    show_interest,
)

NESTED: dict[str, Any] = {"detail": True, "filterset_class": None, "filter_backends": ()}


@extend_schema_view(list=extend_schema(summary="The synergies that you take part in or facilitate"))
class SynergyViewSet(VersionedViewSet, TradingViewSet):
    """What two parties work on: who they are is told once both have shown interest."""

    queryset = Synergy.objects.none()
    serializer_class = SynergySerializer
    filterset_class = SynergyFilter
    versioned_actions = ("next_step", "attribution")

    def version(self, instance: Synergy) -> Mapping[str, Any]:
        """The next step and the network's share."""
        return editable_of(instance)

    def get_queryset(self) -> Any:
        """As a party, or as a facilitator."""
        return with_turns(access.with_parties(access.visible_synergies(self.request.user)))

    def answer(self, pk: int, status: int = 200) -> Response:
        """Return a synergy as the reader may see it now."""
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotFound
        return self.tagged(Response(self.synergy_documents([found])[0], status=status), found)

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), self.synergy_documents)

    @extend_schema(summary="One synergy")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you take part in or facilitate."""
        return self.answer(pk)

    # --- opening
    @extend_schema(
        summary="Take up an approved match (owners, traders)",
        request=FromMatchSerializer,
        responses={201: SynergySerializer},
    )
    def create(self, request: Request) -> Response:
        """The second party that takes it up joins the synergy of the first, and both are introduced."""
        values = checked(FromMatchSerializer, request)
        organization = get_organization_to_trade(request.user, values["organization"].pk)
        found = open_synergy_from_match(actor=self.actor, match=values["match"], organization=organization)
        return self.answer(found.pk, status=201)

    @extend_schema(
        operation_id="synergies_enquire",
        summary="Ask about a listing (owners, traders)",
        request=EnquirySerializer,
        responses={201: SynergySerializer},
    )
    @action(detail=False, methods=["post"])
    def enquire(self, request: Request) -> Response:
        """Its owner learns of it, but not who asks until they are interested too."""
        values = checked(EnquirySerializer, request)
        values["organization"] = get_organization_to_trade(request.user, values["organization"].pk)
        return self.answer(open_synergy_by_enquiry(actor=self.actor, **values).pk, status=201)

    @extend_schema(
        operation_id="synergies_propose",
        summary="Bring two sites together (facilitators)",
        request=ProposalSerializer,
        responses={201: SynergySerializer},
    )
    @action(detail=False, methods=["post"])
    def propose(self, request: Request) -> Response:
        """Both parties have to show interest before they are introduced."""
        if not Programme.objects.filter(facilitators=self.actor).exists():
            raise Forbidden(_("Only a facilitator of a programme can do this."))
        values = checked(ProposalSerializer, request)
        return self.answer(open_synergy_by_facilitator(actor=self.actor, **values).pk, status=201)

    # --- working
    def _to_act(self, pk: int, body: type[ActingSerializer]) -> tuple[Synergy, Organization, dict[str, Any]]:
        """Return the synergy, the party that the reader acts for, and the body; who may not is told so first."""
        synergy, _party = access.get_synergy_to_act(self.actor, pk)
        values = checked(body, self.request)
        chosen = values.pop("organization")
        party = access.acting_party(self.actor, synergy, chosen.pk if chosen else None)
        return synergy, acting_for(party, chosen), values

    def _to_work_on(
        self, pk: int, body: type[ActingSerializer]
    ) -> tuple[Synergy, Organization | None, dict[str, Any]]:
        """The same where facilitators may do it too: for them the party is None."""
        synergy, party = access.get_synergy_to_work_on(self.actor, pk)
        values = checked(body, self.request)
        chosen = values.pop("organization")
        if chosen is not None:
            party = access.acting_party(self.actor, synergy, chosen.pk)
        return synergy, acting_for(party, chosen) if party else None, values

    @extend_schema(
        operation_id="synergies_interest",
        summary="Show interest (owners, traders)",
        request=ActingSerializer,
        responses=SynergySerializer,
    )
    @action(detail=True, methods=["post"])
    def interest(self, request: Request, pk: int) -> Response:
        """With the second interest both learn who the other is."""
        synergy, party, _rest = self._to_act(pk, ActingSerializer)
        show_interest(actor=self.actor, synergy=synergy, organization=party)
        return self.answer(pk)

    @extend_schema(
        operation_id="synergies_next_step",
        summary="Say what comes next (also facilitators)",
        request=NextStepSerializer,
        responses=SynergySerializer,
    )
    @action(detail=True, methods=["post"])
    def next_step(self, request: Request, pk: int) -> Response:
        """In words, with a day and who does it."""
        synergy, _party = access.get_synergy_to_work_on(self.actor, pk)
        set_next_step(
            actor=self.actor, synergy=synergy, seen=self.seen, **checked(NextStepSerializer, request)
        )
        return self.answer(pk)

    @extend_schema(
        operation_id="synergies_lose",
        summary="Give it up, saying why (also facilitators)",
        request=LossSerializer,
        responses=SynergySerializer,
    )
    @action(detail=True, methods=["post"])
    def lose(self, request: Request, pk: int) -> Response:
        """Not while an agreement is active."""
        synergy, _party = access.get_synergy_to_work_on(self.actor, pk)
        synergies.lose(actor=self.actor, synergy=synergy, **checked(LossSerializer, request))
        return self.answer(pk)

    @extend_schema(
        operation_id="synergies_attribution",
        summary="Say which share of the benefit the network explains (facilitators)",
        request=AttributionSerializer,
        responses=SynergySerializer,
    )
    @action(detail=True, methods=["post"])
    def attribution(self, request: Request, pk: int) -> Response:
        """It holds for the ledger's lines from now on."""
        synergy = access.get_synergy_to_facilitate(self.actor, pk)
        values = checked(AttributionSerializer, request)
        set_attribution(actor=self.actor, synergy=synergy, seen=self.seen, **values)
        return self.answer(pk)

    # --- what is inside
    @extend_schema(
        operation_id="synergies_messages", summary="What was said", responses=MessageSerializer(many=True)
    )
    @action(**NESTED, methods=["get"])
    def messages(self, request: Request, pk: int) -> Response:
        """A page, newest first."""
        synergy = access.get_synergy(self.actor, pk)
        return self.page_of(
            synergy_messages(self.actor, synergy),
            lambda rows: MessageSerializer(rows, many=True, context={"synergy": synergy}).data,
        )

    @extend_schema(
        operation_id="synergies_messages_create",
        summary="Say something (also facilitators)",
        request=NewMessageSerializer,
        responses={201: MessageSerializer},
    )
    @messages.mapping.post
    def post_message(self, request: Request, pk: int) -> Response:
        """It cannot be taken back."""
        synergy, party, values = self._to_work_on(pk, NewMessageSerializer)
        message = messages.post_message(actor=self.actor, synergy=synergy, organization=party, **values)
        message.refresh_from_db()
        return Response(MessageSerializer(message, context={"synergy": synergy}).data, status=201)

    @extend_schema(
        operation_id="synergies_files", summary="Its documents", responses=SynergyFileSerializer(many=True)
    )
    @action(**NESTED, methods=["get"], parser_classes=(MultiPartParser,))
    def files(self, request: Request, pk: int) -> Response:
        """A page, newest first; the other party's once both are introduced."""
        synergy = access.get_synergy(self.actor, pk)
        return self.page_of(
            access.visible_files(self.actor).filter(synergy=synergy),
            lambda rows: SynergyFileSerializer(rows, many=True).data,
        )

    @extend_schema(
        operation_id="synergies_files_create",
        summary="Put a document into it (also facilitators)",
        request={"multipart/form-data": UploadSerializer},
        responses={201: SynergyFileSerializer},
    )
    @files.mapping.post
    def add_file(self, request: Request, pk: int) -> Response:
        """It cannot be taken back."""
        synergy, party, values = self._to_work_on(pk, UploadSerializer)
        file = messages.add_file(actor=self.actor, synergy=synergy, organization=party, upload=values["file"])
        found = access.get_synergy_file(self.actor, file.pk)
        return Response(SynergyFileSerializer(found).data, status=201)

    @extend_schema(
        operation_id="synergies_events", summary="Who did what when", responses=EventSerializer(many=True)
    )
    @action(**NESTED, methods=["get"])
    def events(self, request: Request, pk: int) -> Response:
        """A page of the log, newest first; of sealed bids nothing but one's own."""
        synergy = access.get_synergy(self.actor, pk)
        return self.page_of(
            synergy_events(self.actor, synergy),
            lambda rows: EventSerializer(rows, many=True, context={"synergy": synergy}).data,
        )

    @extend_schema(
        operation_id="synergies_bids_create",
        summary="Place a bid (owners, traders)",
        request=BidTermsSerializer,
        responses={201: BidSerializer},
    )
    @action(detail=True, methods=["post"])
    def bids(self, request: Request, pk: int) -> Response:
        """The first one begins the negotiation; they are listed at `/bids/?synergy=`."""
        synergy, party, values = self._to_act(pk, BidTermsSerializer)
        bid = bids.place_bid(
            actor=self.actor, synergy=synergy, organization=party, terms=bid_terms_of(values)
        )
        return self.bid_answer(bid.pk, status=201)

    @extend_schema(
        operation_id="synergies_declare",
        summary="Declare investment or jobs of a year (owners, traders)",
        request=DeclarationSerializer,
        responses={201: ImpactEntrySerializer},
    )
    @action(detail=True, methods=["post"])
    def declare(self, request: Request, pk: int) -> Response:
        """Said anew, the difference is posted; the line is returned."""
        synergy, _party = access.get_synergy_to_act(self.actor, pk)
        values = checked(DeclarationSerializer, request)
        entry = impact.declare(actor=self.actor, synergy=synergy, **values)
        entry.refresh_from_db()
        return Response(ImpactEntrySerializer(entry).data, status=201)

    @extend_schema(
        operation_id="synergies_verify",
        summary="Verify the benefit of a year (facilitators)",
        request=VerificationSerializer,
        responses={201: ImpactEntrySerializer(many=True)},
    )
    @action(**NESTED, methods=["post"], pagination_class=None)
    def verify(self, request: Request, pk: int) -> Response:
        """What is confirmed or declared becomes verified; the verified lines are returned."""
        synergy = access.get_synergy_to_facilitate(self.actor, pk)
        values = checked(VerificationSerializer, request)
        entries = verify_year(actor=self.actor, synergy=synergy, **values)
        posted = ledger_for(self.actor).filter(pk__in=[entry.pk for entry in entries])
        return Response(ImpactEntrySerializer(told(posted), many=True).data, status=201)
