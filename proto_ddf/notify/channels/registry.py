"""All kinds of channel."""

from collections.abc import Mapping

from proto_ddf.notify.channels import apprise_urls, email, linear, slack, webhook
from proto_ddf.notify.channels.kind import ChannelKind

KINDS: Mapping[str, ChannelKind] = {
    kind.name: kind
    for kind in (slack.KIND, email.KIND, linear.KIND, webhook.KIND, apprise_urls.KIND)
}
