"""
Tables of the packages below this area; Django looks for them here.
"""

from hutong.network.claims import models as _claims  # noqa: F401
from hutong.network.clearing import models as _clearing  # noqa: F401
from hutong.network.countersigning import models as _countersigning  # noqa: F401
from hutong.network.custody import models as _custody  # noqa: F401
from hutong.network.duplicates import models as _duplicates  # noqa: F401
from hutong.network.messages import models as _messages  # noqa: F401
from hutong.network.mirrors import models as _mirrors  # noqa: F401
from hutong.network.procedures import models as _procedures  # noqa: F401
from hutong.network.projects import models as _projects  # noqa: F401
from hutong.network.recognition import models as _recognition  # noqa: F401
from hutong.network.sales import models as _sales  # noqa: F401
from hutong.network.trade import models as _trade  # noqa: F401
